import { ask } from "@shared/api/client";
import type { Session } from "@shared/api/schema";
import { energy, moment, number, power, span } from "@shared/format";
import { navigate, useFilter } from "@shared/router";
import { Badge, Button, Choice, Field, useNow } from "@shared/ui/parts";
import { type Column, csv, save, Table } from "@shared/ui/table";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { client, useEvents, useSites } from "../state";
import { FLAGS, flow, place } from "../words";

/** All sessions, newest first. */
export function Sessions() {
  const [site, setSite] = useFilter("site");
  const [active, setActive] = useFilter("active");
  const [from, setFrom] = useFilter("from");
  const [to, setTo] = useFilter("to");
  const sites = useSites();
  const [fresh, refresh] = useFresh();
  const query = {
    limit: 200,
    site_id: site ? Number(site) : null,
    active: active ? active === "true" : null,
    since: from ? new Date(`${from}T00:00`).toISOString() : null,
    until: to ? new Date(new Date(`${to}T00:00`).getTime() + 86_400_000).toISOString() : null,
  };
  return (
    <>
      <header className="page-head">
        <h1>Sessions</h1>
        {fresh > 0 && (
          <Button kind="main" onClick={refresh}>
            Show {fresh} new
          </Button>
        )}
      </header>
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Choice label="State" value={active} onChange={(event) => setActive(event.target.value)}>
          <option value="">All</option>
          <option value="true">Running</option>
          <option value="false">Ended</option>
        </Choice>
        <Choice label="Site" value={site} onChange={(event) => setSite(event.target.value)}>
          <option value="">All sites</option>
          {sites.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Choice>
        <Field label="From" type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
        <Field label="Until" type="date" value={to} onChange={(event) => setTo(event.target.value)} />
      </form>
      <SessionTable query={query} />
    </>
  );
}

interface Filter {
  limit: number;
  station?: string;
  site_id?: number | null;
  active?: boolean | null;
  since?: string | null;
  until?: string | null;
}

/** The sessions that fit, page by page from the server. */
export function SessionTable({ query, tall = 24 }: { query: Filter; tall?: number }) {
  const sites = useSites();
  const now = useNow(10_000);
  const found = useInfiniteQuery({
    queryKey: ["sessions", query],
    queryFn: ({ pageParam }) => ask("GET /api/v1/sessions", { query: { ...query, cursor: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: (before) => before,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: Column<Session>[] = [
    { name: "No.", numeric: true, cell: (row) => row.id, text: (row) => row.id },
    { name: "State", cell: (row) => <Badge tone={flow(row)[0]}>{flow(row)[1]}</Badge>, text: (row) => flow(row)[1] },
    ...(query.station ? [] : [{ name: "Station", cell: (row: Session) => <strong>{row.station}</strong>, text: (row: Session) => row.station }]),
    { name: "At", cell: place, text: place },
    { name: "Began", cell: (row) => moment(row.started_at), text: (row) => row.started_at },
    { name: "Took", numeric: true, cell: (row) => took(row, now), text: (row) => took(row, now) },
    { name: "Energy", numeric: true, cell: (row) => energy(row.energy_wh), text: (row) => row.energy_wh },
    { name: "Power", numeric: true, wide: true, cell: (row) => (row.active ? power(row.power_w) : "–") },
    { name: "SoC", numeric: true, wide: true, cell: (row) => (row.soc_pct === null ? "–" : `${number(row.soc_pct)} %`), text: (row) => row.soc_pct },
    { name: "Token", wide: true, cell: (row) => row.token ?? "–", text: (row) => row.token },
    { name: "Site", wide: true, cell: (row) => sites.find(({ id }) => id === row.site_id)?.name ?? "–" },
    { name: "Ended by", wide: true, cell: (row) => row.stop_reason ?? (row.active ? "" : "–"), text: (row) => row.stop_reason },
    { name: "Look at", wide: true, cell: (row) => <Flags flags={row.flags} />, text: (row) => row.flags.join(" ") },
  ];
  if (found.isError) {
    return (
      <p className="error" role="alert">
        {found.error.message}
      </p>
    );
  }
  return (
    <>
      <Table
        label="Sessions"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        more={hasNextPage ? more : undefined}
        onOpen={(row) => navigate(`/sessions/${row.id}`)}
        empty={found.isPending ? "Loading…" : "No session fits."}
        tall={tall}
      />
      {rows.length > 0 && (
        <p className="muted below">
          <span role="status">
            {rows.length} {hasNextPage ? "shown, more below" : rows.length === 1 ? "session" : "sessions"}
          </span>
          <Button kind="quiet" onClick={() => save("sessions.csv", "text/csv", csv(columns, rows))}>
            Export CSV
          </Button>
        </p>
      )}
    </>
  );
}

const took = (row: Session, now: number) =>
  row.started_at ? span((row.ended_at ? Date.parse(row.ended_at) : now) - Date.parse(row.started_at)) : "–";

/** What a person should look at in a session. */
export function Flags({ flags }: { flags: string[] }) {
  return (
    <>
      {flags.map((flag) => (
        <span key={flag} className="flag" title={FLAGS[flag] ?? flag}>
          {flag}
        </span>
      ))}
    </>
  );
}

/** How many sessions began since the list was asked for, and what to do when it is asked for anew. */
function useFresh(): [number, () => void] {
  const [fresh, setFresh] = useState<Set<number>>(new Set());
  useEvents(
    useCallback((_, { session }) => {
      const known = client.getQueriesData<{ pages: { items: Session[] }[] }>({ queryKey: ["sessions"] });
      const newest = Math.max(0, ...known.flatMap(([, data]) => data?.pages[0]?.items[0]?.id ?? 0));
      if (session && session.id > newest) setFresh((before) => (before.has(session.id) ? before : new Set(before).add(session.id)));
    }, []),
  );
  return [
    fresh.size,
    () => {
      setFresh(new Set());
      void client.invalidateQueries({ queryKey: ["sessions"] });
    },
  ];
}
