// The live page: asks the interface for what is, then follows its events. Every text goes in as textContent.

const $ = (id) => document.getElementById(id);
const PAGE = 60;
const stations = new Map(); // by identity: { station, sessions: Map by id, card, drawn }
const changed = new Set();
let sites = new Map();
let next = null;
let source = null;
let loading = 0;
let drawing = false;

const STATUS = {
  Available: ["free", "Available"], Occupied: ["busy", "Occupied"], Preparing: ["wait", "Preparing"],
  Charging: ["busy", "Charging"], SuspendedEVSE: ["wait", "Paused by the station"], SuspendedEV: ["wait", "Paused by the car"],
  Finishing: ["wait", "Finishing"], Reserved: ["wait", "Reserved"], Unavailable: ["bad", "Out of service"], Faulted: ["bad", "Faulted"],
};
const FLOW = {
  Charging: ["busy", "Charging"], SuspendedEV: ["wait", "Paused by the car"], SuspendedEVSE: ["wait", "Paused by the station"],
  EVConnected: ["wait", "Car connected"], Idle: ["wait", "Session open"],
};

class SignedOut extends Error {}

async function ask(path, options) {
  const answer = await fetch(path, options);
  if (answer.status === 401) throw new SignedOut();
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

// --- what is shown ---

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function clone(id) {
  const root = $(id).content.firstElementChild.cloneNode(true);
  const parts = {};
  for (const element of root.querySelectorAll("[data-part]")) parts[element.dataset.part] = element;
  return { root, ...parts };
}

function number(value, digits) {
  return value.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function since(time) {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(time)) / 60000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

// One row for each connector, and for each session whose connector is not known.
function places(entry) {
  const left = new Map(entry.sessions);
  const rows = [];
  for (const connector of entry.station.connectors) {
    const [kind, word] = STATUS[connector.status] ?? ["wait", connector.status];
    if (connector.evse === 0) {
      if (kind !== "free") rows.push({ where: "Station", kind, word: connector.error && connector.error !== "NoError" ? `${word} · ${connector.error}` : word });
      continue;
    }
    const several = entry.station.connectors.some((other) => other.evse === connector.evse && other.connector !== connector.connector);
    const where = several ? `EVSE ${connector.evse} · connector ${connector.connector}` : `EVSE ${connector.evse}`;
    let session = null;
    for (const candidate of left.values()) {
      if (candidate.evse === connector.evse && (candidate.connector === null || candidate.connector === connector.connector)) session = candidate;
    }
    if (session) left.delete(session.id);
    const fault = kind === "bad" && connector.error && connector.error !== "NoError" ? ` · ${connector.error}` : "";
    rows.push({ where, kind, word: word + fault, session, since: connector.changed_at });
  }
  for (const session of left.values()) rows.push({ where: session.evse ? `EVSE ${session.evse}` : "Session", kind: "busy", word: "Session open", session });
  return rows;
}

function drawPlace(row, place) {
  const session = row.session;
  let { kind, word } = row;
  let numbers = "";
  let soc = 0;
  if (session) {
    if (kind !== "bad") [kind, word] = FLOW[session.charging_state] ?? [kind, word];
    const shown = [];
    if (session.power_w !== null && kind === "busy") shown.push(`${number(session.power_w / 1000, 1)} kW`);
    if (session.energy_wh !== null) shown.push(`${number(session.energy_wh / 1000, 2)} kWh`);
    numbers = shown.join("  ·  ");
    soc = session.soc_pct ?? 0;
  }
  place.root.dataset.kind = kind;
  set(place.where, row.where);
  set(place.status, word);
  set(place.numbers, numbers);
  const from = session ? session.started_at : row.since;
  set(place.since, (from ? since(from) : "") + (soc ? `  ·  ${Math.round(soc)} %` : ""));
  place.bar.style.transform = `scaleX(${Math.min(1, soc / 100)})`;
}

function drawStation(entry) {
  const { station, card } = entry;
  card.root.dataset.online = station.online ? "yes" : "no";
  set(card.identity, station.identity);
  set(card.online, station.online ? (station.version ? `OCPP ${station.version}` : "Online") : "Offline");
  const about = [sites.get(station.site_id), [station.vendor, station.model].filter(Boolean).join(" ")];
  if (station.registration !== "Accepted") about.unshift(station.registration);
  set(card.about, about.filter(Boolean).join(" · ") || "Has not introduced itself yet");
  const rows = places(entry);
  while (card.rows.length > rows.length) card.rows.pop().root.remove();
  while (card.rows.length < rows.length) {
    const place = clone("place");
    card.places.append(place.root);
    card.rows.push(place);
  }
  rows.forEach((row, index) => drawPlace(row, card.rows[index]));
  card.root.hidden = !wanted(entry, rows);
}

function wanted(entry, rows) {
  const show = document.querySelector("input[name=show]:checked").value;
  if (show === "charging") return entry.sessions.size > 0;
  if (show === "attention") return !entry.station.online || entry.station.registration !== "Accepted" || rows.some((row) => row.kind === "bad");
  return true;
}

function draw(identity) {
  if (identity === undefined) for (const known of stations.keys()) changed.add(known);
  else changed.add(identity);
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    for (const key of changed) if (stations.has(key)) drawStation(stations.get(key));
    changed.clear();
    $("empty").hidden = [...stations.values()].some((entry) => !entry.card.root.hidden);
  });
}

function put(station) {
  let entry = stations.get(station.identity);
  if (!entry) {
    entry = { sessions: new Map(), card: { ...clone("station"), rows: [] } };
    stations.set(station.identity, entry);
  }
  entry.station = station;
  $("stations").append(entry.card.root);
  draw(station.identity);
  return entry;
}

function putSession(session) {
  const entry = stations.get(session.station);
  if (!entry) return;
  if (session.active) entry.sessions.set(session.id, session);
  else entry.sessions.delete(session.id);
  draw(session.station);
}

// --- what is asked ---

async function loadStations(cursor) {
  const query = new URLSearchParams({ limit: PAGE });
  if (cursor) query.set("cursor", cursor);
  if ($("q").value.trim()) query.set("q", $("q").value.trim());
  return ask(`/api/v1/stations?${query}`);
}

async function load() {
  const turn = ++loading;
  const most = Math.max(PAGE, stations.size);
  const found = [];
  let cursor = null;
  do {
    const page = await loadStations(cursor);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor && found.length < most);
  const sessions = await ask("/api/v1/sessions?active=true&limit=1000");
  sites = new Map((await ask("/api/v1/sites?limit=1000")).items.map((site) => [site.id, site.name]));
  if (turn !== loading) return; // a later question overtook this one
  next = cursor;
  const kept = new Set(found.map((station) => station.identity));
  for (const [identity, entry] of stations) if (!kept.has(identity)) { entry.card.root.remove(); stations.delete(identity); }
  for (const station of found) put(station).sessions.clear();
  for (const session of sessions.items) putSession(session);
  $("more").hidden = !next;
  if (!found.length) draw();
}

async function loadTotals() {
  const totals = await ask("/api/v1/totals");
  set($("t-online"), number(totals.online, 0));
  set($("t-stations"), `of ${number(totals.stations, 0)}`);
  set($("t-active"), number(totals.active_sessions, 0));
  set($("t-sessions"), totals.active_sessions === 1 ? "session" : "sessions");
  const large = totals.energy_wh >= 1e7;
  set($("t-energy"), number(totals.energy_wh / (large ? 1e6 : 1e3), totals.energy_wh >= 1e9 ? 0 : 1));
  set($("t-unit"), large ? "MWh" : "kWh");
}

// Calls at most once in `wait` ms, at once where it was quiet.
function calm(work, wait) {
  let timer = 0;
  let last = -wait;
  return () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      last = performance.now();
      work().catch(failed);
    }, Math.max(0, last + wait - performance.now()));
  };
}

const reload = calm(load, 2000);
const recount = calm(loadTotals, 3000);

// --- what happens ---

let news = [];
const tell = calm(async () => {
  set($("news"), news.slice(-3).join(". "));
  news = [];
}, 4000);

function say(text) {
  news.push(text);
  tell();
}

function link(state, text) {
  $("link").dataset.state = state;
  set($("link-text"), text);
}

const EVENTS = {
  "station.connected": (event, entry) => {
    if (!entry.station.online) say(`${event.station} is online`);
    Object.assign(entry.station, { online: true, version: event.version });
  },
  "station.disconnected": (event, entry) => {
    if (entry.station.online) say(`${event.station} is offline`);
    entry.station.online = false;
  },
  "station.booted": (event, entry) => {
    Object.assign(entry.station, { vendor: event.vendor, model: event.model, registration: event.registration });
  },
  "connector.changed": (event, entry) => {
    const at = entry.station.connectors;
    const place = ({ evse, connector }) => evse * 1000 + connector;
    const index = at.findIndex((known) => place(known) === place(event.connector));
    if (event.connector.status === "Faulted" && at[index]?.status !== "Faulted") say(`${event.station} has a fault`);
    if (index >= 0) at[index] = event.connector;
    else at.push(event.connector), at.sort((a, b) => place(a) - place(b));
  },
  "session.changed": (event, entry) => {
    const known = entry.sessions.has(event.session.id);
    if (event.session.active !== known) say(`A session ${known ? "ended" : "began"} at ${event.station}`);
    putSession(event.session);
  },
};

function follow() {
  source?.close();
  source = new EventSource("/api/v1/events");
  source.onopen = () => {
    link("on", "Live");
    reload();
    recount();
  };
  source.onerror = () => {
    link("lost", "Reconnecting…");
    if (source.readyState === EventSource.CLOSED) setTimeout(() => ask("/api/v1/totals").then(follow, failed), 3000);
  };
  source.addEventListener("reload", () => { reload(); recount(); });
  for (const [name, apply] of Object.entries(EVENTS)) {
    source.addEventListener(name, (message) => {
      const event = JSON.parse(message.data);
      const entry = stations.get(event.station);
      if (entry) {
        apply(event, entry);
        draw(event.station);
      } else if (name === "station.connected" && !next) reload();
      recount();
    });
  }
}

function failed(error) {
  if (error instanceof SignedOut) return signedOut();
  link("lost", "Reconnecting…");
  if (!source || source.readyState === EventSource.CLOSED) setTimeout(begin, 3000);
}

function signedOut() {
  source?.close();
  source = null;
  for (const entry of stations.values()) entry.card.root.remove();
  stations.clear();
  link("off", "Not connected");
  $("live").hidden = $("logout").hidden = true;
  $("login").hidden = false;
  $("key").focus();
  offer().catch(() => {}); // the key's form works without it
}

async function offer() {
  const { items } = await ask("/login/oidc");
  $("providers").replaceChildren(...items.map(({ title, path }) => {
    const link = document.createElement("a");
    link.href = path;
    link.textContent = `Sign in with ${title}`;
    return link;
  }));
}

async function begin() {
  try {
    await loadTotals();
    await load();
  } catch (error) {
    return failed(error);
  }
  $("login").hidden = true;
  $("live").hidden = $("logout").hidden = false;
  follow();
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  set($("login-error"), "");
  try {
    const body = JSON.stringify({ key: $("key").value.trim() });
    await ask("/login", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    $("key").value = "";
    await begin();
  } catch (error) {
    set($("login-error"), error instanceof SignedOut ? "This key is not valid." : "The server cannot be reached.");
    $("key").focus();
  }
});
$("logout").addEventListener("click", () => ask("/logout", { method: "POST" }).then(signedOut, failed));
$("filters").addEventListener("change", () => draw());
let typing = 0;
$("q").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => load().catch(failed), 250);
});
$("more").addEventListener("click", async () => {
  try {
    const page = await loadStations(next);
    next = page.next;
    page.items.forEach(put);
    const sessions = await ask("/api/v1/sessions?active=true&limit=1000");
    sessions.items.forEach(putSession);
    $("more").hidden = !next;
  } catch (error) {
    failed(error);
  }
});
setInterval(() => draw(), 20000);
begin();
