import { ask } from "@shared/api/client";
import type { Station } from "@shared/api/schema";
import { moment, since } from "@shared/format";
import { navigate, useFilter } from "@shared/router";
import { Badge, Button, Choice, Dialog, Field, useNow } from "@shared/ui/parts";
import { type Column, csv, save, Table } from "@shared/ui/table";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useState } from "react";
import { useRight, useSites } from "../state";
import { CONNECTOR, place, standing } from "../words";
import { AddStation, Waiting } from "./Setup";
import type { StationPassword } from "@shared/api/schema";

/** All stations, page by page from the server, however many there are. */
export function Stations() {
  const [q, setQ] = useFilter("q");
  const [site, setSite] = useFilter("site");
  const [online, setOnline] = useFilter("online");
  const [adding, setAdding] = useState(false);
  const sites = useSites();
  const now = useNow(10_000);
  const may = useRight("configure");
  const asked = useDeferredValue(q.trim());
  const found = useInfiniteQuery({
    queryKey: ["stations", asked, site, online],
    queryFn: ({ pageParam }) =>
      ask("GET /api/v1/stations", {
        query: { limit: 200, cursor: pageParam, q: asked || null, site_id: site ? Number(site) : null, online: online ? online === "true" : null },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: (before) => before,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const columns: Column<Station>[] = [
    { name: "State", cell: (row) => <Badge tone={standing(row)[0]}>{standing(row)[1]}</Badge>, text: (row) => standing(row)[1] },
    { name: "Identity", cell: (row) => <strong>{row.identity}</strong>, text: (row) => row.identity },
    { name: "Connectors", cell: (row) => <Dots station={row} />, text: (row) => row.connectors.map((each) => `${place(each)}: ${each.status}`).join("; ") },
    { name: "Site", cell: (row) => siteName(row), text: siteName },
    { name: "Model", wide: true, cell: modelOf, text: modelOf },
    { name: "OCPP", wide: true, cell: (row) => row.version ?? "–", text: (row) => row.version },
    { name: "Firmware", wide: true, cell: (row) => row.firmware ?? "–", text: (row) => row.firmware },
    {
      name: "Heard of",
      numeric: true,
      cell: (row) => <span title={moment(row.last_seen_at)}>{row.last_seen_at ? `${since(row.last_seen_at, now)} ago` : "never"}</span>,
      text: (row) => row.last_seen_at,
    },
  ];
  function siteName(row: Station): string {
    return sites.find(({ id }) => id === row.site_id)?.name ?? "–";
  }
  const filtered = Boolean(q || site || online);
  return (
    <>
      <header className="page-head">
        <h1>Stations</h1>
        {may && (
          <Button kind="main" onClick={() => setAdding(true)}>
            Add a station
          </Button>
        )}
      </header>
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Field label="Identity begins with" type="search" maxLength={255} value={q} onChange={(event) => setQ(event.target.value)} />
        <Choice label="Site" value={site} onChange={(event) => setSite(event.target.value)}>
          <option value="">All sites</option>
          {sites.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Choice>
        <Choice label="Connection" value={online} onChange={(event) => setOnline(event.target.value)}>
          <option value="">All</option>
          <option value="true">Online</option>
          <option value="false">Offline</option>
        </Choice>
        <Button kind="quiet" disabled={!rows.length} onClick={() => save("stations.csv", "text/csv", csv(columns, rows))}>
          Export CSV
        </Button>
      </form>
      {found.isError ? (
        <p className="error" role="alert">
          {found.error.message}
        </p>
      ) : (
        <Table
          label="Stations"
          columns={columns}
          rows={rows}
          rowKey={(row) => row.identity}
          more={hasNextPage ? more : undefined}
          onOpen={(row) => navigate(`/stations/${encodeURIComponent(row.identity)}`)}
          empty={found.isPending ? "Loading…" : filtered ? "No station fits these filters." : "No station was added yet."}
          tall={24}
        />
      )}
      <p className="muted" role="status">
        {rows.length} {hasNextPage ? "shown, more below" : rows.length === 1 ? "station" : "stations"}
      </p>
      {adding && <AddDialog close={() => setAdding(false)} />}
    </>
  );
}

const modelOf = (row: Station): string => [row.vendor, row.model].filter(Boolean).join(" ") || "–";

function Dots({ station }: { station: Station }) {
  const shown = station.connectors.filter(({ evse }) => evse > 0);
  if (!shown.length) return <span className="muted">–</span>;
  return (
    <ul className="dots" data-stale={!station.online}>
      {shown.slice(0, 12).map((each) => {
        const [tone, word] = CONNECTOR[each.status];
        const text = `${place(each)}: ${word}${station.online ? "" : ", before it went offline"}`;
        return (
          <li key={`${each.evse}.${each.connector}`} data-tone={tone} title={text}>
            <span className="hidden">{text}</span>
          </li>
        );
      })}
    </ul>
  );
}

function AddDialog({ close }: { close: () => void }) {
  const [made, setMade] = useState<StationPassword>();
  return (
    <Dialog title="Add a station" onClose={close}>
      {made ? <Waiting made={made} /> : <AddStation onAdded={setMade} />}
    </Dialog>
  );
}
