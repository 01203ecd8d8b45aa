import { ApiError, ask } from "@shared/api/client";
import type { Station } from "@shared/api/schema";
import { moment } from "@shared/format";
import { Badge, Button, Dialog, Fact, Failure, Panel } from "@shared/ui/parts";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { client, useEvents, useRight } from "../state";
import { remedy, standing } from "../words";
import { Waiting } from "./Setup";

/** How a station connects, what was noticed about it, and the attempts that were refused. */
export function ConnectionTab({ station }: { station: Station }) {
  const { identity } = station;
  const logs = useRight("log");
  const security = useQuery({
    queryKey: ["security", identity],
    queryFn: () => ask("GET /api/v1/stations/{identity}/security", { path: { identity } }),
    enabled: logs,
  });
  return (
    <>
      <Panel title="Connection" side={<NewPassword identity={identity} />}>
        <dl className="facts">
          <Fact name="State">
            <Badge tone={standing(station)[0]}>{standing(station)[1]}</Badge>
          </Fact>
          <Fact name="Connected">{moment(station.connected_at)}</Fact>
          <Fact name="Heard of">{moment(station.last_seen_at)}</Fact>
          <Fact name="OCPP">{station.version ?? "–"}</Fact>
          <Fact name="Password">{station.has_password ? "Set" : "None"}</Fact>
          {security.data && (
            <>
              <Fact name="Security profile">
                {security.data.profile}
                {security.data.pending_profile !== null && `, ${security.data.pending_profile} is pending`}
              </Fact>
              <Fact name="Certificate's name">{security.data.certificate_name ?? "–"}</Fact>
              <Fact name="New password">{security.data.pending_password ? "Sent, not used yet" : "None is pending"}</Fact>
            </>
          )}
        </dl>
        <Failure error={security.error} />
      </Panel>
      {logs && <Refused identity={identity} />}
      {logs && <Noticed identity={identity} />}
    </>
  );
}

function Refused({ identity }: { identity: string }) {
  const may = useRight("log");
  const refused = useQuery({
    queryKey: ["refused", identity],
    // Of the organisation as a whole: who may see some sites alone is not shown it.
    queryFn: () =>
      ask("GET /api/v1/refused-connections", { query: { station: identity, limit: 50 } }).catch((error: Error) =>
        error instanceof ApiError && error.status === 403 ? { items: [] } : Promise.reject(error),
      ),
    enabled: may,
  });
  useEvents(
    useCallback(
      (name, event) => {
        if (event.station !== identity || name !== "connection.refused") return;
        void client.invalidateQueries({ queryKey: ["refused", identity] });
      },
      [identity],
    ),
  );
  const rows = refused.data?.items ?? [];
  return (
    <Panel title="Attempts that were refused">
      <Failure error={refused.error} />
      {!rows.length && <p className="empty">{refused.isPending ? "Loading…" : "None: nobody was turned away under this name."}</p>}
      <ul className="timeline">
        {rows.map((row) => (
          <li key={row.reason}>
            <Badge tone="bad">{row.status}</Badge>
            <span>
              <strong>{row.reason}</strong>, {row.count === 1 ? "once" : `${row.count} times`}, last at {moment(row.last_at)} from {row.address}.{" "}
              {remedy(row.reason, row.status)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Noticed({ identity }: { identity: string }) {
  const events = useQuery({
    queryKey: ["security-events", identity],
    queryFn: () => ask("GET /api/v1/security-events", { query: { station: identity, limit: 50 } }),
  });
  const rows = events.data?.items ?? [];
  return (
    <Panel title="Security events">
      <Failure error={events.error} />
      {!rows.length && <p className="empty">{events.isPending ? "Loading…" : "None was reported or noticed."}</p>}
      <ul className="timeline">
        {rows.map((row) => (
          <li key={row.id}>
            <time dateTime={row.at}>{moment(row.at)}</time>
            <Badge tone={row.critical ? "bad" : "off"}>{row.type}</Badge>
            <span>
              {row.info} {row.count > 1 && `${row.count} times`} <span className="muted">{row.origin === "station" ? "told by the station" : "noticed by Busbar"}</span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function NewPassword({ identity }: { identity: string }) {
  const may = useRight("configure");
  const [asking, setAsking] = useState(false);
  const change = useMutation({
    mutationFn: () => ask("POST /api/v1/stations/{identity}/password", { path: { identity }, body: {} }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["station", identity] }),
  });
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setAsking(true)}>Connect it anew</Button>
      {asking && (
        <Dialog
          title={`Connect ${identity} anew`}
          onClose={() => {
            setAsking(false);
            change.reset();
          }}
        >
          {change.data ? (
            <Waiting made={change.data} />
          ) : (
            <>
              <p>A new password is made, to be entered in the station. The one before is dead at once.</p>
              <Failure error={change.error} />
              <div className="actions">
                <Button onClick={() => setAsking(false)}>Leave it</Button>
                <Button kind="main" busy={change.isPending} onClick={() => change.mutate()}>
                  Make a new password
                </Button>
              </div>
            </>
          )}
        </Dialog>
      )}
    </>
  );
}
