// What the console knows of the server: who is signed in, and what was asked, kept fresh by the event stream.
import { ask, ApiError } from "@shared/api/client";
import { type EventName, follow, type LinkState } from "@shared/api/live";
import type { Command, Connector, LiveEvent, Right, Session, SessionPage, Station, StationPage } from "@shared/api/schema";
import { type InfiniteData, QueryCache, QueryClient, useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

const signedOut = (error: Error) => error instanceof ApiError && error.status === 401;

export const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error) => signedOut(error) && client.setQueryData(["account"], null) }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 3 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

/** Who is signed in; null for nobody. */
export function useAccount() {
  return useQuery({
    queryKey: ["account"],
    queryFn: () => ask("GET /api/v1/account").catch((error: Error) => (signedOut(error) ? null : Promise.reject(error))),
    staleTime: Infinity,
  });
}

/** Whether who is signed in has a right somewhere. */
export function useRight(right: Right): boolean {
  return useAccount().data?.rights.includes(right) ?? false;
}

export const useSites = () =>
  useQuery({ queryKey: ["sites"], queryFn: () => ask("GET /api/v1/sites", { query: { limit: 1000 } }) }).data?.items ?? [];

// --- the event stream ---

export interface News {
  id: number;
  name: EventName;
  event: LiveEvent;
}

let link: LinkState = "connecting";
let news: News[] = [];
let count = 0;
const watchers = new Set<() => void>();
const heard = new Set<(name: EventName, event: LiveEvent) => void>();
const watch = (told: () => void) => {
  watchers.add(told);
  return () => void watchers.delete(told);
};
const tell = () => watchers.forEach((told) => told());

export const useLink = () => useSyncExternalStore(watch, () => link);
/** What happened of late, newest first. */
export const useNews = () => useSyncExternalStore(watch, () => news);

/** Hear of every event while a component is shown. */
export function useEvents(hear: (name: EventName, event: LiveEvent) => void): void {
  useEffect(() => {
    heard.add(hear);
    return () => void heard.delete(hear);
  }, [hear]);
}

/** Follow the stream while somebody is signed in. */
export function useStream(on: boolean): void {
  useEffect(() => {
    if (!on) return undefined;
    return follow({
      event: apply,
      reload: () => void client.invalidateQueries(),
      link: (state) => {
        link = state;
        tell();
      },
    });
  }, [on]);
}

const WORTH: EventName[] = ["station.connected", "station.disconnected", "station.booted", "connection.refused", "session.changed"];
const running = new Map<number, boolean>();

function apply(name: EventName, event: LiveEvent): void {
  if (event.session) putSession(event.session);
  if (event.command) putCommand(event.command);
  const change = CHANGES[name];
  if (change) changeStation(event.station, change(event));
  if (isNews(name, event)) {
    news = [{ id: ++count, name, event }, ...news].slice(0, 60);
    tell();
  }
  heard.forEach((hear) => hear(name, event));
  recount();
}

function isNews(name: EventName, event: LiveEvent): boolean {
  if (name === "connector.changed") return event.connector?.status === "Faulted";
  if (!event.session) return WORTH.includes(name);
  const before = running.get(event.session.id);
  running.set(event.session.id, event.session.active);
  if (running.size > 5000) running.clear();
  return before !== event.session.active && (before !== undefined || !event.session.active || Date.parse(event.at) - Date.parse(event.session.started_at ?? "") < 60_000);
}

type Change = (station: Station) => Station;

const CHANGES: Partial<Record<EventName, (event: LiveEvent) => Change>> = {
  "station.connected": (event) => (station) => ({
    ...station,
    online: true,
    version: event.version as Station["version"],
    connected_at: event.at,
  }),
  "station.disconnected": (event) => (station) => ({ ...station, online: false, last_seen_at: event.at }),
  "station.booted": (event) => (station) => ({
    ...station,
    vendor: event.vendor ?? null,
    model: event.model ?? null,
    registration: event.registration as Station["registration"],
    booted_at: event.at,
  }),
  "connector.changed": (event) => (station) => ({ ...station, connectors: withConnector(station.connectors, event.connector!) }),
};

function withConnector(known: Connector[], changed: Connector): Connector[] {
  const key = ({ evse, connector }: Connector) => evse * 1000 + connector;
  return [...known.filter((other) => key(other) !== key(changed)), changed].sort((a, b) => key(a) - key(b));
}

function changeStation(identity: string, change: Change): void {
  const of = (station: Station) => (station.identity === identity ? change(station) : station);
  client.setQueriesData<InfiniteData<StationPage>>({ queryKey: ["stations"] }, (data) => mapped(data, of));
  client.setQueryData<Station>(["station", identity], (station) => station && change(station));
}

/** Running sessions that are shown at most, the newest of them. */
export const RUNNING = 200;

function putSession(session: Session): void {
  const of = (known: Session) => (known.id === session.id ? session : known);
  client.setQueriesData<InfiniteData<SessionPage>>({ queryKey: ["sessions"] }, (data) => mapped(data, of));
  const concerned = ({ queryKey: [, station] }: { queryKey: readonly unknown[] }) => station === undefined || station === session.station;
  client.setQueriesData<SessionPage>({ queryKey: ["running"], predicate: concerned }, (data) => {
    if (!data) return data;
    const others = data.items.filter((known) => known.id !== session.id);
    return { ...data, items: session.active ? [session, ...others].sort((a, b) => b.id - a.id).slice(0, RUNNING) : others };
  });
  client.setQueryData<Session>(["session", session.id], (known) => known && { ...known, ...session });
}

function putCommand(command: Command): void {
  client.setQueryData<Command[]>(["commands", command.station], (known) =>
    known && [command, ...known.filter((other) => other.id !== command.id)].sort((a, b) => b.created_at.localeCompare(a.created_at)),
  );
}

function mapped<T>(data: InfiniteData<{ items: T[] }> | undefined, change: (item: T) => T): never {
  return (data && {
    ...data,
    pages: data.pages.map((page) => ({ ...page, items: page.items.map(change) })),
  }) as never;
}

let due = 0;
let again = false;
/** Sums are asked anew three seconds after an event: the server may answer with what it counted two seconds before. */
function recount(): void {
  again = due > 0;
  due ||= window.setTimeout(() => {
    due = 0;
    void client.invalidateQueries({ queryKey: ["overview"] });
    if (again) recount();
  }, 3000);
}
