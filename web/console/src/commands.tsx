// Commands to a station and what truly came of them.
import { ApiError, ask } from "@shared/api/client";
import type { Command } from "@shared/api/schema";
import { clock } from "@shared/format";
import { Badge, Button, Choice, Copy, Failure, Field, Panel } from "@shared/ui/parts";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { client, useRight } from "./state";
import { COMMAND } from "./words";

/** What came of a command: the station's own word, or why there is none. */
export function Verdict({ command, error }: { command?: Command | undefined; error?: Error | null }) {
  const failed = error instanceof ApiError ? error.problem.command : undefined;
  const shown = command ?? failed;
  if (!shown) return error ? <Failure error={error} /> : null;
  const [tone, word] = COMMAND[shown.state];
  return (
    <p className="verdict" role="status">
      <Badge tone={tone}>{shown.status ?? word}</Badge>
      <span>
        {shown.status && shown.status.toLowerCase() !== shown.state && `${word}. `}
        {shown.error === "offline" ? "The station is not connected." : shown.error}
        {shown.error_description && `: ${shown.error_description}`}
      </span>
    </p>
  );
}

/** The latest commands of a station, kept fresh by events. */
export function CommandList({ identity }: { identity: string }) {
  const commands = useQuery({
    queryKey: ["commands", identity],
    queryFn: async () => (await ask("GET /api/v1/commands", { query: { station: identity, limit: 100 } })).items,
  });
  const rows = commands.data ?? [];
  if (!rows.length) return <p className="empty">{commands.isPending ? "Loading…" : "This station was sent no command yet."}</p>;
  return (
    <ul className="log">
      {rows.map((row) => (
        <li key={row.id}>
          <details>
            <summary>
              <time dateTime={row.created_at}>{clock(row.created_at)}</time>
              <strong>{row.action}</strong>
              <Badge tone={COMMAND[row.state][0]}>{row.status ?? row.error ?? row.state}</Badge>
              <span className="muted">{row.requested_by}</span>
            </summary>
            <p>{COMMAND[row.state][1]}.</p>
            <Json title="Request" value={row.payload} />
            {row.answer && <Json title="Answer" value={row.answer} />}
            {row.error_description && <p>{row.error_description}</p>}
          </details>
        </li>
      ))}
    </ul>
  );
}

/** A JSON document, to read and to copy. */
export function Json({ title, value }: { title: string; value: unknown }) {
  const text = typeof value === "string" ? pretty(value) : JSON.stringify(value, null, 2);
  return (
    <div className="json">
      <header>
        <span>{title}</span>
        <Copy text={text} label="Copy" />
      </header>
      <pre tabIndex={0} role="group" aria-label={title}>
        {text}
      </pre>
    </div>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const path = (identity: string) => ({ path: { identity } });

/** Everyday commands, and every action of the station's version with a payload of one's own. */
export function Orders({ identity, evses }: { identity: string; evses: number[] }) {
  const [evse, setEvse] = useState("");
  const [token, setToken] = useState("");
  const [kind, setKind] = useState<"OnIdle" | "Immediate">("OnIdle");
  const [message, setMessage] = useState("StatusNotification");
  const one = evse ? Number(evse) : null;
  const where = (
    <Choice label="EVSE" value={evse} onChange={(event) => setEvse(event.target.value)}>
      <option value="">Any, or the station</option>
      {evses.map((number) => (
        <option key={number} value={number}>
          EVSE {number}
        </option>
      ))}
    </Choice>
  );
  return (
    <Panel title="Send a command">
      <div className="orders">
        {where}
        <Order
          name="Start a session"
          disabled={!token.trim()}
          send={() =>
            ask("POST /api/v1/stations/{identity}/commands/remote-start", { ...path(identity), body: { token: token.trim(), ...(one && { evse: one }) } })
          }
        >
          <Field label="Token" maxLength={36} spellCheck={false} value={token} onChange={(event) => setToken(event.target.value)} />
        </Order>
        <Order
          name="Reset"
          danger
          send={() => ask("POST /api/v1/stations/{identity}/commands/reset", { ...path(identity), body: { kind } })}
        >
          <Choice label="When" value={kind} onChange={(event) => setKind(event.target.value as typeof kind)}>
            <option value="OnIdle">When nobody charges</option>
            <option value="Immediate">At once</option>
          </Choice>
        </Order>
        <Order name="Have a message sent" send={() => ask("POST /api/v1/stations/{identity}/commands/trigger", { ...path(identity), body: { message, evse: one } })}>
          <Choice label="Message" value={message} onChange={(event) => setMessage(event.target.value)}>
            {["StatusNotification", "MeterValues", "BootNotification", "Heartbeat", "FirmwareStatusNotification"].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Choice>
        </Order>
        <Order
          name="Unlock the connector"
          disabled={!one}
          send={() => ask("POST /api/v1/stations/{identity}/commands/unlock", { ...path(identity), body: { evse: one ?? 1 } })}
        />
        <Order name="Take out of service" danger send={() => availability(identity, one, false)} />
        <Order name="Put into service" send={() => availability(identity, one, true)} />
        <Order name="Clear the cache of tokens" send={() => ask("POST /api/v1/stations/{identity}/commands/clear-cache", path(identity))} />
      </div>
      <RawCall identity={identity} />
    </Panel>
  );
}

const availability = (identity: string, evse: number | null, operative: boolean) =>
  ask("POST /api/v1/stations/{identity}/commands/availability", { path: { identity }, body: { operative, evse } });

function Order({
  name,
  send,
  danger = false,
  disabled = false,
  children,
}: {
  name: string;
  send: () => Promise<Command>;
  danger?: boolean;
  disabled?: boolean;
  children?: ReactNode;
}) {
  const order = useMutation({ mutationFn: send });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!order.isPending) order.mutate();
  }
  return (
    <form className="order" onSubmit={submit}>
      {children}
      <Button kind={danger ? "danger" : "plain"} type="submit" busy={order.isPending} disabled={disabled}>
        {name}
      </Button>
      <Verdict command={order.data} error={order.error} />
    </form>
  );
}

function RawCall({ identity }: { identity: string }) {
  const may = useRight("configure");
  const [open, setOpen] = useState(false);
  const [action, setAction] = useState("");
  const [payload, setPayload] = useState("{}");
  const [wrong, setWrong] = useState("");
  const calls = useQuery({ queryKey: ["calls", identity], queryFn: () => ask("GET /api/v1/stations/{identity}/calls", path(identity)), enabled: open });
  const call = useMutation({
    mutationFn: (body: Record<string, unknown>) =>
      ask("POST /api/v1/stations/{identity}/calls/{action}", { path: { identity, action }, body }),
    onSettled: () => void client.invalidateQueries({ queryKey: ["commands", identity] }),
  });
  if (!may) return null;
  function submit(event: FormEvent) {
    event.preventDefault();
    try {
      const body = JSON.parse(payload) as Record<string, unknown>;
      setWrong("");
      call.mutate(body);
    } catch (error) {
      setWrong(`This is no JSON: ${(error as Error).message}`);
    }
  }
  return (
    <details className="raw" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Any other action of the station's version</summary>
      <Failure error={calls.error} />
      <form className="order" onSubmit={submit}>
        <Choice label="Action" required value={action} onChange={(event) => setAction(event.target.value)}>
          <option value="">Choose …</option>
          {calls.data?.actions.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Choice>
        <div className="field">
          <label htmlFor="payload">Payload</label>
          <textarea
            id="payload"
            rows={6}
            spellCheck={false}
            value={payload}
            onChange={(event) => setPayload(event.target.value)}
            aria-invalid={wrong ? true : undefined}
            aria-describedby={wrong ? "payload-error" : undefined}
          />
          {wrong && (
            <p id="payload-error" className="error" role="alert">
              {wrong}
            </p>
          )}
        </div>
        <Button type="submit" busy={call.isPending} disabled={!action}>
          Send
        </Button>
        <Verdict command={call.data} error={call.error} />
      </form>
    </details>
  );
}
