import { ask, newKey } from "@shared/api/client";
import type { Connector, Session, Station } from "@shared/api/schema";
import { energy, moment, number, power, since } from "@shared/format";
import { Link, navigate } from "@shared/router";
import { Badge, Button, Choice, Copy, Dialog, Fact, Failure, Panel, useNow } from "@shared/ui/parts";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CommandList, Orders, Verdict } from "../commands";
import { client, useRight, useSites } from "../state";
import { CONNECTOR, flow, place, standing } from "../words";
import { ConnectionTab } from "./ConnectionTab";
import { MessagesTab } from "./MessagesTab";
import { SessionTable } from "./Sessions";
import { VariablesTab } from "./VariablesTab";

const TABS: [string, string][] = [
  ["", "Now"],
  ["messages", "Messages"],
  ["commands", "Commands"],
  ["sessions", "Sessions"],
  ["variables", "Device model"],
  ["connection", "Connection"],
];

/** One station, with all that is known of it. */
export function StationView({ identity, tab }: { identity: string; tab: string }) {
  const found = useQuery({
    queryKey: ["station", identity],
    queryFn: () => ask("GET /api/v1/stations/{identity}", { path: { identity } }),
  });
  if (found.isError) {
    return (
      <p className="error" role="alert">
        {found.error.message} <Link to="/stations">All stations</Link>
      </p>
    );
  }
  if (!found.data) return <p className="loading">Loading…</p>;
  const station = found.data;
  const home = `/stations/${encodeURIComponent(identity)}`;
  const evses = [...new Set(station.connectors.map(({ evse }) => evse).filter((evse) => evse > 0))];
  return (
    <>
      <nav aria-label="Where" className="trail">
        <Link to="/stations">Stations</Link>
      </nav>
      <header className="page-head">
        <h1>
          {station.identity} <Badge tone={standing(station)[0]}>{standing(station)[1]}</Badge>
        </h1>
        <Admission station={station} />
      </header>
      <nav className="tabs" aria-label="Parts of the station">
        {TABS.map(([name, text]) => (
          <Link key={name} to={name ? `${home}/${name}` : home} aria-current={name === tab ? "page" : undefined}>
            {text}
          </Link>
        ))}
      </nav>
      {tab === "" && <Now station={station} />}
      {tab === "messages" && <MessagesTab identity={identity} />}
      {tab === "commands" && (
        <div className="columns even">
          <Orders identity={identity} evses={evses} />
          <Panel title="What came of commands">
            <CommandList identity={identity} />
          </Panel>
        </div>
      )}
      {tab === "sessions" && <SessionTable query={{ limit: 100, station: identity }} />}
      {tab === "variables" && <VariablesTab station={station} />}
      {tab === "connection" && <ConnectionTab station={station} />}
    </>
  );
}

/** A station that waits is taken in here, or not. */
function Admission({ station }: { station: Station }) {
  const may = useRight("configure");
  const set = useMutation({
    mutationFn: (registration: Station["registration"]) =>
      ask("PATCH /api/v1/stations/{identity}", { path: { identity: station.identity }, body: { registration } }),
    onSuccess: (changed) => client.setQueryData(["station", station.identity], changed),
  });
  if (!may || station.registration === "Accepted") return null;
  return (
    <div className="actions">
      <Failure error={set.error} />
      <Button kind="main" busy={set.isPending} onClick={() => set.mutate("Accepted")}>
        Take this station in
      </Button>
    </div>
  );
}

function Now({ station }: { station: Station }) {
  const now = useNow(1000);
  const running = useQuery({
    queryKey: ["running", station.identity],
    queryFn: () => ask("GET /api/v1/sessions", { query: { station: station.identity, active: true, limit: 50 } }),
  });
  const sessions = running.data?.items ?? [];
  const whole = station.connectors.find(({ evse }) => evse === 0);
  return (
    <>
      {whole && whole.status !== "Available" && (
        <ul className="warnings">
          <li>
            The station as a whole: {CONNECTOR[whole.status][1]}
            {whole.error && whole.error !== "NoError" && `, ${whole.error}`} {whole.info}
          </li>
        </ul>
      )}
      <div className="cards">
        {station.connectors
          .filter(({ evse }) => evse > 0)
          .map((connector) => (
            <Plug
              key={`${connector.evse}.${connector.connector}`}
              station={station}
              connector={connector}
              session={sessions.find((each) => each.evse === connector.evse && (each.connector ?? connector.connector) === connector.connector)}
              now={now}
            />
          ))}
        {!station.connectors.length && <p className="empty">The station has not told of its connectors yet.</p>}
      </div>
      <Facts station={station} />
    </>
  );
}

function Plug({ station, connector, session, now }: { station: Station; connector: Connector; session: Session | undefined; now: number }) {
  const may = useRight("command");
  const [starting, setStarting] = useState(false);
  const stop = useMutation({
    mutationFn: () => ask("POST /api/v1/sessions/{session_id}/stop", { path: { session_id: session!.id } }),
  });
  const [tone, word] = session && connector.status !== "Faulted" ? flow(session) : CONNECTOR[connector.status];
  return (
    <section className="card" data-stale={!station.online} aria-label={place(connector)}>
      <header>
        <h2>{place(connector)}</h2>
        <Badge tone={tone}>{word}</Badge>
      </header>
      {!station.online && <p className="hint">As it was before the station went offline.</p>}
      {connector.error && connector.error !== "NoError" && (
        <p className="error">
          {connector.error} {connector.vendor_error} {connector.info}
        </p>
      )}
      {session ? (
        <>
          <p className="big">
            <strong>{power(session.power_w)}</strong> <span>{energy(session.energy_wh)}</span>{" "}
            {session.soc_pct !== null && <span>{number(session.soc_pct)} %</span>}
          </p>
          <p className="muted">
            <Link to={`/sessions/${session.id}`}>Session {session.id}</Link> for {since(session.started_at, now)}
            {session.token && ` by ${session.token}`}
          </p>
        </>
      ) : (
        <p className="muted">for {since(connector.changed_at, now)}</p>
      )}
      {may && (
        <div className="actions">
          {session ? (
            <Button kind="danger" busy={stop.isPending} onClick={() => stop.mutate()}>
              Stop
            </Button>
          ) : (
            <Button onClick={() => setStarting(true)}>Start a session</Button>
          )}
        </div>
      )}
      <Verdict command={stop.data} error={stop.error} />
      {starting && <Start station={station} connector={connector} close={() => setStarting(false)} />}
    </section>
  );
}

function Start({ station, connector, close }: { station: Station; connector: Connector; close: () => void }) {
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: () => ask("GET /api/v1/tokens", { query: { limit: 200 } }) });
  const [token, setToken] = useState("");
  const [key] = useState(newKey);
  const chosen = token || tokens.data?.items[0]?.value || "";
  const start = useMutation({
    mutationFn: () =>
      ask("POST /api/v1/stations/{identity}/commands/remote-start", {
        path: { identity: station.identity },
        body: { token: chosen, evse: connector.evse },
        key: `${key}-${chosen}`, // a double tap is one session
      }),
  });
  return (
    <Dialog title={`Start a session at ${place(connector)}`} onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!start.isPending) start.mutate();
        }}
      >
        <Choice label="Token" required value={chosen} disabled={start.data?.state === "accepted"} onChange={(event) => setToken(event.target.value)} hint="On whose account it charges.">
          {tokens.data?.items.map(({ value, label, status }) => (
            <option key={value} value={value}>
              {label ? `${label} (${value})` : value}
              {status === "Accepted" ? "" : ` · ${status}`}
            </option>
          ))}
        </Choice>
        <Failure error={tokens.error} />
        <Verdict command={start.data} error={start.error} />
        <div className="actions">
          <Button onClick={close}>{start.data ? "Done" : "Leave it"}</Button>
          {start.data?.state !== "accepted" && (
            <Button kind="main" type="submit" busy={start.isPending} disabled={!chosen}>
              Start
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function Facts({ station }: { station: Station }) {
  const sites = useSites();
  const may = useRight("configure");
  const move = useMutation({
    mutationFn: (site_id: number | null) =>
      ask("PATCH /api/v1/stations/{identity}", { path: { identity: station.identity }, body: { site_id } }),
    onSuccess: (changed) => client.setQueryData(["station", station.identity], changed),
  });
  const [removing, setRemoving] = useState(false);
  return (
    <Panel title="What is known" side={may && <Button kind="quiet" onClick={() => setRemoving(true)}>Remove the station</Button>}>
      <dl className="facts">
        <Fact name="Identity">
          <code>{station.identity}</code> <Copy text={station.identity} label="Copy" />
        </Fact>
        <Fact name="Site">
          {may ? (
            <select aria-label="Site" value={station.site_id ?? ""} onChange={(event) => move.mutate(event.target.value ? Number(event.target.value) : null)}>
              <option value="">No site</option>
              {sites.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          ) : (
            (sites.find(({ id }) => id === station.site_id)?.name ?? "–")
          )}
          <Failure error={move.error} />
        </Fact>
        <Fact name="Vendor">{station.vendor ?? "–"}</Fact>
        <Fact name="Model">{station.model ?? "–"}</Fact>
        <Fact name="Serial number">{station.serial ?? "–"}</Fact>
        <Fact name="Firmware">{station.firmware ?? "–"}</Fact>
        <Fact name="OCPP">{station.version ?? "–"}</Fact>
        <Fact name="Connected">{moment(station.connected_at)}</Fact>
        <Fact name="Booted">{moment(station.booted_at)}</Fact>
        <Fact name="Heard of">{moment(station.last_seen_at)}</Fact>
      </dl>
      {removing && <Remove identity={station.identity} close={() => setRemoving(false)} />}
    </Panel>
  );
}

function Remove({ identity, close }: { identity: string; close: () => void }) {
  const remove = useMutation({
    mutationFn: () => ask("DELETE /api/v1/stations/{identity}", { path: { identity } }),
    onSuccess: () => {
      navigate("/stations");
      client.removeQueries({ queryKey: ["station", identity] });
      void client.invalidateQueries({ queryKey: ["stations"] });
    },
  });
  return (
    <Dialog title={`Remove ${identity}?`} onClose={close}>
      <p>It can connect no more. A station that had a session cannot be removed, since its records stay.</p>
      <Failure error={remove.error} />
      <div className="actions">
        <Button onClick={close}>Keep it</Button>
        <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </Button>
      </div>
    </Dialog>
  );
}
