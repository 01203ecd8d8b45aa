import { ask } from "@shared/api/client";
import type { MessagePage } from "@shared/api/schema";
import { clock, number } from "@shared/format";
import { useFilter } from "@shared/router";
import { Badge, Button, Choice, Field, Panel, type Tone } from "@shared/ui/parts";
import { type InfiniteData, useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useRef, useState } from "react";
import { Json } from "../commands";
import { client, useEvents, useRight } from "../state";

type Message = MessagePage["items"][number];

const OUTCOMES = ["ok", "parked", "replayed", "timeout", "FormationViolation", "FormatViolation", "NotImplemented", "InternalError", "GenericError"];

const tone = (outcome: string): Tone => (outcome === "ok" || outcome === "replayed" ? "good" : outcome === "parked" ? "wait" : "bad");

/** The message log of a station: both directions, as they went over the wire, newest first. It goes on by itself. */
export function MessagesTab({ identity }: { identity: string }) {
  const [action, setAction] = useFilter("action");
  const [outcome, setOutcome] = useFilter("outcome");
  const [words, setWords] = useState("");
  const [paused, setPaused] = useState(false);
  const asked = useDeferredValue(action.trim());
  const key = ["messages", identity, asked, outcome];
  const query: Query = { station: identity, limit: 50, action: asked || null, outcome: outcome || null };
  const found = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) =>
      ask("GET /api/v1/messages", { query: { ...query, cursor: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: (before) => before,
  });
  useFollowing(key, query, paused);
  const all = found.data?.pages.flatMap((page) => page.items) ?? [];
  const wanted = words.toLowerCase();
  const rows = wanted ? all.filter((row) => `${row.request} ${row.answer}`.toLowerCase().includes(wanted)) : all;
  return (
    <Panel
      title="Messages"
      side={
        <Button kind="quiet" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? "Go on" : "Pause"}
        </Button>
      }
    >
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Field label="Action" maxLength={50} placeholder="BootNotification" spellCheck={false} value={action} onChange={(event) => setAction(event.target.value)} />
        <Choice label="Outcome" value={outcome} onChange={(event) => setOutcome(event.target.value)}>
          <option value="">All</option>
          {OUTCOMES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Choice>
        <Field label="Text in those shown" type="search" value={words} onChange={(event) => setWords(event.target.value)} />
      </form>
      {found.isError && (
        <p className="error" role="alert">
          {found.error.message}
        </p>
      )}
      {!rows.length && !found.isError && <p className="empty">{found.isPending ? "Loading…" : "No message fits."}</p>}
      <ul className="log">
        {rows.map((row) => (
          <Entry key={row.id} row={row} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </Panel>
  );
}

function Entry({ row }: { row: Message }) {
  const up = row.origin === "station";
  return (
    <li>
      <details>
        <summary>
          <time dateTime={row.at}>{clock(row.at)}</time>
          <span className="way" data-up={up} title={up ? "From the station" : "From Busbar"}>
            <span aria-hidden="true">{up ? "▲" : "▼"}</span>
            <span className="hidden">{up ? "From the station:" : "From Busbar:"}</span>
          </span>
          <strong>{row.action || "not readable"}</strong>
          {row.outcome !== "ok" && <Badge tone={tone(row.outcome)}>{row.outcome}</Badge>}
          <span className="gist">{gist(row.request)}</span>
          <span className="muted">{row.took_ms === null ? "" : `${number(row.took_ms)} ms`}</span>
        </summary>
        <div className="pair">
          <Json title={up ? "The station sent" : "Busbar sent"} value={row.request} />
          {row.answer === null ? <p className="empty">There is no answer.</p> : <Json title={up ? "Busbar answered" : "The station answered"} value={row.answer} />}
        </div>
        {row.outcome !== "ok" && row.outcome !== "replayed" && up && <Replay row={row} />}
      </details>
    </li>
  );
}

/** What stands in a frame, in one line. */
function gist(request: string): string {
  try {
    const frame = JSON.parse(request) as unknown[];
    const payload = frame.find((part) => typeof part === "object" && part !== null);
    return JSON.stringify(payload ?? {}).slice(0, 300).replaceAll('"', "");
  } catch {
    return request.slice(0, 300);
  }
}

function Replay({ row }: { row: Message }) {
  const may = useRight("configure");
  const replay = useMutation({
    mutationFn: () => ask("POST /api/v1/messages/{message_id}/replay", { path: { message_id: row.id ?? 0 } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["messages", row.station] }),
  });
  if (!may || row.id === null) return null;
  return (
    <div className="actions">
      <Button busy={replay.isPending} onClick={() => replay.mutate()}>
        Take it in after all
      </Button>
      {replay.data && <span role="status">{replay.data.result}</span>}
      {replay.error && (
        <span className="error" role="alert">
          {replay.error.message}
        </span>
      )}
    </div>
  );
}

type Pages = InfiniteData<MessagePage>;
type Query = { station: string; limit: number; action: string | null; outcome: string | null };

/** Ask for the newest messages after events of the station, at most once a second, and lay them before the others. */
function useFollowing(key: readonly unknown[], query: Query, paused: boolean): void {
  const timer = useRef(0);
  const now = useRef({ key, query });
  now.current = { key, query };
  const identity = query.station;
  useEvents(
    useCallback(
      (_, event) => {
        if (paused || timer.current || event.station !== identity) return;
        timer.current = window.setTimeout(() => {
          timer.current = 0;
          const { key, query } = now.current;
          void ask("GET /api/v1/messages", { query }).then(
            (newest) => client.setQueryData<Pages>(key, (known) => known && joined(known, newest)),
            () => undefined,
          );
        }, 1000);
      },
      [identity, paused],
    ),
  );
}

/** The newest messages before those that are known; alone, where there is a gap between them. */
function joined(known: Pages, newest: MessagePage): Pages {
  const [first, ...others] = known.pages;
  const last = first?.items[0]?.id ?? 0;
  const fresh = newest.items.filter(({ id }) => (id ?? 0) > last);
  if (!first || (fresh.length && fresh.length === newest.items.length && newest.next)) {
    return { pages: [newest], pageParams: known.pageParams.slice(0, 1) };
  }
  return { ...known, pages: [{ ...first, items: [...fresh, ...first.items] }, ...others] };
}
