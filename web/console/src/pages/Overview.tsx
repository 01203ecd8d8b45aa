import { ask } from "@shared/api/client";
import type { ConnectorStatus, OverviewView, Session } from "@shared/api/schema";
import { clock, energy, number, power, since } from "@shared/format";
import { Link, navigate } from "@shared/router";
import { Badge, Panel, type Tone, useNow } from "@shared/ui/parts";
import { type Column, Table } from "@shared/ui/table";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo } from "react";
import { type News, RUNNING, useNews, useRight, useSites } from "../state";
import { CONNECTOR, flow, place } from "../words";

/** How all is now. */
export function Overview() {
  const today = new Date().toDateString();
  const midnight = useMemo(() => new Date(new Date(today).setHours(0, 0, 0, 0)).toISOString(), [today]);
  const overview = useQuery({
    queryKey: ["overview", midnight],
    queryFn: () => ask("GET /api/v1/overview", { query: { since: midnight } }),
  }).data;
  const running = useQuery({
    queryKey: ["running"],
    queryFn: () => ask("GET /api/v1/sessions", { query: { active: true, limit: RUNNING } }),
  });
  useFirstRun(overview);
  const down = overview ? overview.stations - overview.online : 0;
  return (
    <>
      <h1>Overview</h1>
      <dl className="tiles">
        <Tile name="Stations online" value={overview && number(overview.online)} unit={overview && `of ${number(overview.stations)}`} to="/stations?online=true" />
        <Tile name="Charging" value={overview && number(overview.active_sessions)} unit={overview?.active_sessions === 1 ? "session" : "sessions"} to="/sessions?active=true" />
        <Tile name="Power now" {...split(overview && power(overview.power_w))} />
        <Tile name="Energy today" {...split(overview && energy(overview.energy_wh))} note={overview && `${number(overview.begun)} sessions begun`} />
        <Tile name="Faults" value={overview && number(overview.connectors.Faulted ?? 0)} unit="connectors" tone={overview?.connectors.Faulted ? "bad" : undefined} />
        <Tile name="Offline" value={overview && number(down)} unit="stations" tone={down ? "wait" : undefined} to="/stations?online=false" />
      </dl>
      {overview && <Connectors overview={overview} />}
      <div className="columns">
        <Panel title="Running sessions" side={<Link to="/sessions?active=true">All of them</Link>}>
          <Running sessions={running.data?.items ?? []} pending={running.isPending} />
        </Panel>
        <div>
          <Panel title="Needs attention">{overview && <Attention overview={overview} />}</Panel>
          <Panel title="Just now">
            <Latest />
          </Panel>
        </div>
      </div>
    </>
  );
}

/** An empty server is set up first. */
function useFirstRun(overview: OverviewView | undefined): void {
  const may = useRight("configure");
  const empty = overview?.stations === 0;
  useEffect(() => {
    if (may && empty && !sessionStorage.getItem("setup-seen")) {
      sessionStorage.setItem("setup-seen", "1");
      navigate("/setup", { replace: true });
    }
  }, [may, empty]);
}

function split(text: string | undefined): { value: string | undefined; unit: string | undefined } {
  const [value, unit] = text?.split(" ") ?? [];
  return { value, unit };
}

function Tile({
  name,
  value,
  unit,
  note,
  tone,
  to,
}: {
  name: string;
  value: string | undefined;
  unit?: string | undefined;
  note?: string | undefined;
  tone?: Tone | undefined;
  to?: string;
}) {
  const shown = (
    <>
      <strong>{value ?? "–"}</strong> {unit}
    </>
  );
  return (
    <div className="tile" data-tone={tone}>
      <dt>{name}</dt>
      <dd>
        {to ? <Link to={to}>{shown}</Link> : shown}
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

const ORDER: ConnectorStatus[] = [
  "Available",
  "Charging",
  "Occupied",
  "Preparing",
  "SuspendedEV",
  "SuspendedEVSE",
  "Finishing",
  "Reserved",
  "Unavailable",
  "Faulted",
];

function Connectors({ overview }: { overview: OverviewView }) {
  const parts: { key: string; tone: Tone; word: string; count: number }[] = ORDER.map((status) => {
    const [tone, word] = CONNECTOR[status];
    return { key: status, tone, word, count: overview.connectors[status] ?? 0 };
  });
  parts.push({ key: "stale", tone: "off", word: "Station offline", count: overview.stale });
  const shown = parts.filter(({ count }) => count > 0);
  const total = shown.reduce((sum, { count }) => sum + count, 0);
  return (
    <Panel title="Connectors" side={<span className="muted">{number(total)} in all</span>}>
      <div className="bar" aria-hidden="true">
        {shown.map(({ key, tone, count }) => (
          <span key={key} data-tone={tone} data-key={key} style={{ flexGrow: count }} />
        ))}
      </div>
      <ul className="legend">
        {shown.map(({ key, tone, word, count }) => (
          <li key={key}>
            <span className="swatch" data-tone={tone} data-key={key} aria-hidden="true" />
            {word} <strong>{number(count)}</strong>
          </li>
        ))}
        {!shown.length && <li>No connector has told its state yet.</li>}
      </ul>
    </Panel>
  );
}

function Running({ sessions, pending }: { sessions: Session[]; pending: boolean }) {
  const now = useNow(5000);
  const sites = useSites();
  const columns: Column<Session>[] = [
    { name: "Station", cell: (row) => <strong>{row.station}</strong> },
    { name: "At", cell: place },
    { name: "State", cell: (row) => <Badge tone={flow(row)[0]}>{flow(row)[1]}</Badge> },
    { name: "Power", numeric: true, cell: (row) => power(row.power_w) },
    { name: "Energy", numeric: true, cell: (row) => energy(row.energy_wh) },
    { name: "SoC", numeric: true, wide: true, cell: (row) => (row.soc_pct === null ? "–" : `${number(row.soc_pct)} %`) },
    { name: "For", numeric: true, cell: (row) => since(row.started_at, now) },
    { name: "Site", wide: true, cell: (row) => sites.find(({ id }) => id === row.site_id)?.name ?? "–" },
  ];
  return (
    <Table
      label="Running sessions"
      columns={columns}
      rows={sessions}
      rowKey={(row) => row.id}
      onOpen={(row) => navigate(`/sessions/${row.id}`)}
      empty={pending ? "Loading…" : "Nobody is charging."}
      tall={16}
    />
  );
}

function Attention({ overview }: { overview: OverviewView }) {
  const now = useNow(10_000);
  if (!overview.faults.length && !overview.pending) return <p className="empty">All is well.</p>;
  return (
    <ul className="timeline">
      {overview.pending > 0 && (
        <li>
          <Badge tone="wait">Pending</Badge>
          <Link to="/stations">{number(overview.pending)} stations wait to be taken in</Link>
        </li>
      )}
      {overview.faults.map((fault) => (
        <li key={`${fault.station} ${fault.evse} ${fault.connector}`}>
          <Badge tone="bad">{fault.error && fault.error !== "NoError" ? fault.error : "Faulted"}</Badge>
          <Link to={`/stations/${encodeURIComponent(fault.station)}`}>
            {fault.station} · {place(fault)}
          </Link>
          <span className="muted">for {since(fault.changed_at, now)}</span>
        </li>
      ))}
    </ul>
  );
}

function Latest() {
  const news = useNews();
  if (!news.length) return <p className="empty">Nothing yet: what happens appears here by itself.</p>;
  return (
    <ul className="timeline latest">
      {news.slice(0, 14).map((item) => (
        <li key={item.id}>
          <time dateTime={item.event.at}>{clock(item.event.at)}</time>
          <Link to={`/stations/${encodeURIComponent(item.event.station)}`}>{item.event.station}</Link>
          <span>{told(item)}</span>
        </li>
      ))}
    </ul>
  );
}

function told({ name, event }: News): ReactNode {
  if (name === "station.connected") return "is online";
  if (name === "station.disconnected") return "is offline";
  if (name === "station.booted") return `introduced itself: ${event.registration}`;
  if (name === "connection.refused") return `was refused: ${String(event.detail?.reason)}`;
  if (event.connector) return `${place(event.connector)} is faulted`;
  if (!event.session) return name;
  const { id, active, energy_wh } = event.session;
  return <Link to={`/sessions/${id}`}>{active ? "a session began" : `a session ended, ${energy(energy_wh)}`}</Link>;
}
