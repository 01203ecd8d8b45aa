import { addressOf, ApiError, ask } from "@shared/api/client";
import type { MeterValue, Session } from "@shared/api/schema";
import { energy, moment, number, power, span } from "@shared/format";
import { Link } from "@shared/router";
import { Badge, Button, Dialog, Fact, Failure, Panel, useNow } from "@shared/ui/parts";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { Chart, type Curve } from "../Chart";
import { Verdict } from "../commands";
import { client, useEvents, useRight } from "../state";
import { FLAGS, flow, place } from "../words";

const MOST = 20_000;

/** One session with its curves. */
export function SessionView({ number: id }: { number: number }) {
  const session = useQuery({
    queryKey: ["session", id],
    queryFn: () => ask("GET /api/v1/sessions/{session_id}", { path: { session_id: id } }),
  });
  const values = useValues(id);
  if (session.isError) return <p className="error" role="alert">{session.error.message}</p>;
  if (!session.data) return <p className="loading">Loading…</p>;
  const row = session.data;
  return (
    <>
      <nav aria-label="Where" className="trail">
        <Link to="/sessions">Sessions</Link>
      </nav>
      <header className="page-head">
        <h1>
          Session {row.id} <Badge tone={flow(row)[0]}>{flow(row)[1]}</Badge>
        </h1>
        <Actions session={row} />
      </header>
      {row.flags.length > 0 && (
        <ul className="warnings">
          {row.flags.map((flag) => (
            <li key={flag}>{FLAGS[flag] ?? flag}</li>
          ))}
        </ul>
      )}
      <Sums session={row} />
      <Panel
        title="Curves"
        side={
          <span>
            <span className="muted">Shift and wheel zooms, drag moves</span>{" "}
            <a className="button quiet" href={addressOf("GET /api/v1/sessions/{session_id}/meter-values.csv", { path: { session_id: id } })} download>
              Export CSV
            </a>
          </span>
        }
      >
        <Curves values={values.data ?? []} pending={values.isPending} start={row.meter_start_wh} />
      </Panel>
      <Panel title="What is known">
        <dl className="facts">
          <Fact name="Station">
            <Link to={`/stations/${encodeURIComponent(row.station)}`}>{row.station}</Link>
          </Fact>
          <Fact name="At">{place(row)}</Fact>
          <Fact name="Transaction id">
            <code>{row.transaction_id}</code>
          </Fact>
          <Fact name="Token">{row.token ? `${row.token} (${row.token_kind ?? "kind not said"})` : "–"}</Fact>
          <Fact name="Authorized">{row.token_status ?? "–"}</Fact>
          <Fact name="Began">{moment(row.started_at)}</Fact>
          <Fact name="Ended">{moment(row.ended_at)}</Fact>
          <Fact name="Ended by">{row.stop_reason ?? "–"}</Fact>
          <Fact name="Meter at the start">{energy(row.meter_start_wh)}</Fact>
          <Fact name="Meter at the end">{energy(row.meter_stop_wh)}</Fact>
          <Fact name="Told completely">{row.complete ? "Yes" : "Not yet"}</Fact>
        </dl>
      </Panel>
    </>
  );
}

function Sums({ session }: { session: Session }) {
  const now = useNow(1000);
  const ends = session.ended_at ? Date.parse(session.ended_at) : now;
  const cost = useQuery({
    queryKey: ["cost", session.id, session.active],
    queryFn: () =>
      ask("GET /api/v1/sessions/{session_id}/cost", { path: { session_id: session.id } }).catch((error: Error) =>
        error instanceof ApiError && error.status === 404 ? null : Promise.reject(error),
      ),
  }).data;
  return (
    <dl className="tiles">
      <div className="tile">
        <dt>Energy</dt>
        <dd>
          <strong>{energy(session.energy_wh)}</strong>
        </dd>
      </div>
      <div className="tile">
        <dt>Power</dt>
        <dd>
          <strong>{session.active ? power(session.power_w) : "–"}</strong>
        </dd>
      </div>
      <div className="tile">
        <dt>State of charge</dt>
        <dd>
          <strong>{session.soc_pct === null ? "–" : `${number(session.soc_pct)} %`}</strong>
        </dd>
      </div>
      <div className="tile">
        <dt>Time</dt>
        <dd>
          <strong>{session.started_at ? span(ends - Date.parse(session.started_at)) : "–"}</strong>
        </dd>
      </div>
      {cost && (
        <div className="tile">
          <dt>Cost</dt>
          <dd>
            <strong>{cost.incl_tax}</strong> {cost.currency}
          </dd>
        </div>
      )}
    </dl>
  );
}

/** All meter values, page by page; while the session runs, those that came since are added at its events. */
function useValues(id: number) {
  const key = useMemo(() => ["values", id], [id]);
  const busy = useRef(false);
  const values = useQuery({ queryKey: key, queryFn: () => read(id, null), staleTime: Infinity });
  useEvents(
    useCallback(
      (_, { session }) => {
        const known = client.getQueryData<MeterValue[]>(key);
        if (session?.id !== id || !known || busy.current) return;
        busy.current = true;
        const last = known.at(-1)?.at ?? null;
        void read(id, last)
          .then((more) => client.setQueryData(key, [...known.filter(({ at }) => at !== last), ...more]))
          .catch(() => undefined)
          .finally(() => (busy.current = false));
      },
      [id, key],
    ),
  );
  return values;
}

async function read(id: number, since: string | null): Promise<MeterValue[]> {
  const found: MeterValue[] = [];
  let cursor: string | null | undefined = null;
  do {
    const page: { items: MeterValue[]; next?: string | null } = await ask("GET /api/v1/sessions/{session_id}/meter-values", {
      path: { session_id: id },
      query: { limit: 1000, since, cursor },
    });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor && found.length < MOST);
  return found;
}

function Curves({ values, pending, start }: { values: MeterValue[]; pending: boolean; start: number | null }) {
  const curves = useMemo(() => {
    const first = start ?? values.find(({ energy_wh }) => energy_wh !== null)?.energy_wh ?? 0;
    const of = (read: (value: MeterValue) => number | null): Curve["points"] =>
      values.map((value): [number, number | null] => [Date.parse(value.at), read(value)]).filter(([, value]) => value !== null);
    const all: Curve[] = [
      { name: "Power", unit: "kW", colour: "--busy", area: true, points: of(({ power_w }) => (power_w === null ? null : power_w / 1000)) },
      { name: "Energy", unit: "kWh", colour: "--good", points: of(({ energy_wh }) => (energy_wh === null ? null : (energy_wh - first) / 1000)) },
      { name: "State of charge", unit: "%", colour: "--wait", points: of(({ soc_pct }) => soc_pct) },
    ];
    return all.filter(({ points }) => points.length > 0);
  }, [values, start]);
  if (!curves.length) return <p className="empty">{pending ? "Loading…" : "The station has sent no meter values of this session."}</p>;
  return (
    <>
      {curves.map((curve) => (
        <Chart key={curve.name} curve={curve} group="session" text={summary(curve)} />
      ))}
    </>
  );
}

function summary({ name, unit, points }: Curve): string {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  return `${name}: ${values.length} values, from ${number(Math.min(...values), 2)} to ${number(Math.max(...values), 2)} ${unit}, ${number(values.at(-1) ?? 0, 2)} ${unit} at last.`;
}

function Actions({ session }: { session: Session }) {
  const may = useRight("command");
  const mayClose = useRight("configure");
  const [closing, setClosing] = useState(false);
  const stop = useMutation({ mutationFn: () => ask("POST /api/v1/sessions/{session_id}/stop", { path: { session_id: session.id } }) });
  const close = useMutation({
    mutationFn: () => ask("POST /api/v1/sessions/{session_id}/close", { path: { session_id: session.id } }),
    onSuccess: () => {
      setClosing(false);
      void client.invalidateQueries({ queryKey: ["session", session.id] });
    },
  });
  if (!session.active) return null;
  return (
    <div className="actions">
      <Verdict command={stop.data} error={stop.error} />
      {may && (
        <Button kind="danger" busy={stop.isPending} onClick={() => stop.mutate()}>
          Stop at the station
        </Button>
      )}
      {mayClose && (
        <Button kind="quiet" onClick={() => setClosing(true)}>
          Close in the records
        </Button>
      )}
      {closing && (
        <Dialog title="Close this session in the records?" onClose={() => setClosing(false)}>
          <p>The station is not told and may go on charging. Use this where a station will never say that the session ended.</p>
          <Failure error={close.error} />
          <div className="actions">
            <Button onClick={() => setClosing(false)}>Leave it open</Button>
            <Button kind="danger" busy={close.isPending} onClick={() => close.mutate()}>
              Close it
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
