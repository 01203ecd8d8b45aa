import { ask } from "@shared/api/client";
import type { LiveEvent, StationPassword } from "@shared/api/schema";
import { Link, navigate } from "@shared/router";
import { clock } from "@shared/format";
import { Badge, Button, Choice, Copy, Fact, Failure, Field, about, type Tone } from "@shared/ui/parts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useCallback, useState } from "react";
import { useAccount, useEvents, useRight, useSites } from "../state";
import { CONNECTOR, place, remedy } from "../words";
import { SiteForm } from "./Sites";

const STEPS = ["Your account", "A site", "A station"];
type Form = FormEvent<HTMLFormElement>;

/** From an empty server to the first station that talks: each step may be passed over. */
export function Setup() {
  const account = useAccount().data;
  const admin = useRight("admin");
  const [step, setStep] = useState(account?.user_id === null && admin ? 0 : 1);
  return (
    <div className="narrow wide-form">
      <h1>Set up Busbar</h1>
      <ol className="steps" aria-label="Steps">
        {STEPS.map((name, index) => (
          <li key={name} aria-current={index === step ? "step" : undefined} data-done={index < step}>
            {name}
          </li>
        ))}
      </ol>
      <div className="panel form">
        {step === 0 && <Operator next={() => setStep(1)} />}
        {step === 1 && <FirstSite next={() => setStep(2)} />}
        {step === 2 && <FirstStation />}
      </div>
      <p className="aside">
        {step < 2 && (
          <Button kind="quiet" onClick={() => setStep(step + 1)}>
            Skip this step
          </Button>
        )}
        <Link to="/">Leave the set-up</Link>
      </p>
    </div>
  );
}

function Operator({ next }: { next: () => void }) {
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [ticket, setTicket] = useState("");
  const create = useMutation({
    mutationFn: async () => {
      // A password that is refused leaves the account, with its ticket to try again.
      const made = ticket || (await ask("POST /api/v1/users", { body: { email: email.trim(), name: name.trim(), grants: [{ role: "admin" }] } })).ticket;
      setTicket(made);
      await ask("POST /login/ticket", { body: { ticket: made, password } });
      await ask("POST /login", { body: { email: email.trim(), password } });
      await queries.invalidateQueries({ queryKey: ["account"] });
    },
    onSuccess: next,
  });
  return (
    <form onSubmit={sending(create.mutate)}>
      <h2>Create your account</h2>
      <p>You are signed in with the API key of the first start. An account of your own is for every day; keep the key for scripts.</p>
      <Field label="E-mail" type="email" autoComplete="username" required maxLength={254} disabled={Boolean(ticket)} value={email} onChange={(event) => setEmail(event.target.value)} error={about(create.error, "email")} />
      <Field label="Name" autoComplete="name" maxLength={100} disabled={Boolean(ticket)} value={name} onChange={(event) => setName(event.target.value)} error={about(create.error, "name")} />
      <Field label="Password" type="password" autoComplete="new-password" required minLength={12} maxLength={200} value={password} onChange={(event) => setPassword(event.target.value)} hint="12 characters at least." error={about(create.error, "password")} />
      <Failure error={create.error} fields={["email", "name", "password"]} />
      <Button kind="main" type="submit" busy={create.isPending}>
        Create the account
      </Button>
    </form>
  );
}

function FirstSite({ next }: { next: () => void }) {
  const sites = useSites();
  return (
    <>
      <h2>Add a site</h2>
      <p>A site is a place with stations: a garage, a car park, a depot.</p>
      {sites.length > 0 && <p className="hint">There already: {sites.map((site) => site.name).join(", ")}.</p>}
      <SiteForm done={next} />
    </>
  );
}

function FirstStation() {
  const [made, setMade] = useState<StationPassword>();
  return made ? <Waiting made={made} /> : <AddStation title="Add a station" onAdded={setMade} />;
}

/** Ask for a station to add; `onAdded` hears of its password, which is shown this once. */
export function AddStation({ title, onAdded }: { title?: string; onAdded: (made: StationPassword) => void }) {
  const queries = useQueryClient();
  const sites = useSites();
  const [identity, setIdentity] = useState("");
  const [site, setSite] = useState<string>();
  const [profile, setProfile] = useState("1");
  const chosen = site ?? String(sites[0]?.id ?? "");
  const add = useMutation({
    mutationFn: () =>
      ask("POST /api/v1/stations", {
        body: { identity: identity.trim(), site_id: chosen ? Number(chosen) : null, security_profile: Number(profile) },
      }),
    onSuccess: (found) => {
      void queries.invalidateQueries({ queryKey: ["stations"] });
      onAdded(found);
    },
  });
  return (
    <form onSubmit={sending(add.mutate)}>
      {title && <h2>{title}</h2>}
      <Field
        label="Identity"
        required
        maxLength={48}
        spellCheck={false}
        autoCapitalize="off"
        pattern="(?!\.+$)[0-9A-Za-z*_=+\|@.\-]+"
        title="Letters, digits and * - _ = + | @ ."
        value={identity}
        onChange={(event) => setIdentity(event.target.value)}
        hint="The name with which the station connects: often its serial number."
        error={about(add.error, "identity")}
      />
      <Choice label="Site" value={chosen} onChange={(event) => setSite(event.target.value)} error={about(add.error, "site_id")}>
        {sites.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        <option value="">No site</option>
      </Choice>
      <Choice label="Security" value={profile} onChange={(event) => setProfile(event.target.value)} hint="Profile 2 needs a port with TLS on this server.">
        <option value="1">Password (profile 1)</option>
        <option value="2">Password over TLS (profile 2)</option>
      </Choice>
      <Failure error={add.error} fields={["identity", "site_id"]} />
      <Button kind="main" type="submit" busy={add.isPending}>
        Add the station
      </Button>
    </form>
  );
}

interface Seen {
  at: string;
  tone: Tone;
  word: string;
  text: ReactNode;
}

/** What to enter in a station, and what it does: live, with attempts that were refused and why. */
export function Waiting({ made }: { made: StationPassword }) {
  const { identity, password } = made;
  const [events, setEvents] = useState<Seen[]>([]);
  const [connected, setConnected] = useState(false);
  const urls = useQuery({ queryKey: ["station-urls"], queryFn: () => ask("GET /api/v1/station-urls"), staleTime: Infinity });
  useEvents(
    useCallback(
      (name: string, event: LiveEvent) => {
        const seen = event.station === identity ? explained(name, event) : null;
        if (seen) setEvents((known) => [seen, ...known].slice(0, 30));
        if (event.station === identity && name === "station.connected") setConnected(true);
      },
      [identity],
    ),
  );
  return (
    <>
      <h2>Enter this in the station</h2>
      <p>The password is shown this once. A station that wants its AuthorizationKey in hex may have it so.</p>
      <dl className="facts to-enter">
        {(urls.data?.urls ?? []).map((url) => (
          <Fact key={url} name={url.startsWith("wss") ? "URL, with TLS" : "URL"}>
            <code>{reachable(url)}</code> <Copy text={reachable(url)} label="Copy" />
            <p className="hint">
              Most stations add their identity by themselves; others want <code>{`${reachable(url)}/${identity}`}</code>.
            </p>
          </Fact>
        ))}
        <Fact name="Identity">
          <code>{identity}</code> <Copy text={identity} label="Copy" />
        </Fact>
        <Fact name="Password">
          <code>{password}</code> <Copy text={password} label="Copy" />
        </Fact>
      </dl>
      <div className="waiting" role="log" aria-label="What the station does">
        {!connected && (
          <p className="pulse">
            Waiting for <strong>{identity}</strong> …
          </p>
        )}
        <ul className="timeline">
          {events.map((seen, index) => (
            <li key={events.length - index}>
              <time dateTime={seen.at}>{clock(seen.at)}</time> <Badge tone={seen.tone}>{seen.word}</Badge> <span>{seen.text}</span>
            </li>
          ))}
        </ul>
        {!connected && <Strangers identity={identity} />}
      </div>
      {connected && (
        <Button kind="main" onClick={() => navigate(`/stations/${encodeURIComponent(identity)}`)}>
          Show the station
        </Button>
      )}
    </>
  );
}

function explained(name: string, event: LiveEvent): Seen | null {
  const at = event.at;
  if (name === "station.connected") return { at, tone: "good", word: "Connected", text: `It speaks OCPP ${event.version}.` };
  if (name === "station.disconnected") return { at, tone: "off", word: "Disconnected", text: event.reason || "The connection ended." };
  if (name === "station.booted") return { at, tone: "good", word: "Introduced itself", text: `${event.vendor} ${event.model}: ${event.registration}.` };
  if (name === "connector.changed" && event.connector) {
    const [tone, word] = CONNECTOR[event.connector.status];
    return { at, tone, word, text: place(event.connector) };
  }
  if (name !== "connection.refused") return null;
  const reason = String(event.detail?.reason ?? "");
  return { at, tone: "bad", word: "Refused", text: <>{reason}. {remedy(reason, Number(event.detail?.status))}</> };
}

/** Attempts under names that nobody added: they are of no station, so no event tells of them. */
function Strangers({ identity }: { identity: string }) {
  const [from] = useState(Date.now);
  const may = useRight("log");
  const refused = useQuery({
    queryKey: ["refused-by-name"],
    queryFn: () => ask("GET /api/v1/refused-connections", { query: { limit: 100 } }),
    refetchInterval: 3000,
    enabled: may,
  });
  const strangers = (refused.data?.items ?? []).filter((row) => !row.station && Date.parse(row.last_at) > from - 60_000);
  if (!strangers.length) return null;
  return (
    <ul className="timeline">
      {strangers.map((row) => (
        <li key={row.identity + row.reason}>
          <time dateTime={row.last_at}>{clock(row.last_at)}</time> <Badge tone="bad">Refused</Badge>{" "}
          <span>
            Somebody at {row.address} came as “{row.identity}”, not as “{identity}”: {row.reason}.
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A URL that a station can reach: an address of all interfaces is the host that this page came from. */
function reachable(url: string): string {
  return url.replace(/\/\/(0\.0\.0\.0|\[?::\]?|127\.0\.0\.1|localhost)(?=[:/])/, `//${location.hostname}`);
}

function sending(send: () => void): (event: Form) => void {
  return (event) => {
    event.preventDefault();
    send();
  };
}
