// The stream of what was committed. It mends itself, goes on behind the last event it had, and says how it is.
import type { LiveEvent } from "./schema";

export const EVENTS = [
  "station.connected",
  "station.disconnected",
  "station.booted",
  "connection.refused",
  "connector.changed",
  "session.changed",
  "command.changed",
  "firmware.changed",
  "log.changed",
  "campaign.changed",
  "report.completed",
] as const;
export type EventName = (typeof EVENTS)[number];
export type LinkState = "connecting" | "live" | "lost";

export interface Listener {
  /** Something happened. */
  event(name: EventName, event: LiveEvent): void;
  /** Something may have been missed: ask anew. */
  reload(): void;
  /** The connection is in another state. */
  link(state: LinkState): void;
}

const LONGEST_MS = 30_000;

/** Follow the stream until the returned function is called. */
export function follow(listener: Listener): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let failures = 0;
  let last = "";

  function open() {
    source = new EventSource(last ? `/api/v1/events?after=${encodeURIComponent(last)}` : "/api/v1/events");
    source.onopen = () => {
      failures = 0;
      listener.link("live");
      if (!last) listener.reload(); // what happened before it was open, or since it broke, is not known
    };
    source.onerror = () => {
      listener.link("lost");
      if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      timer = window.setTimeout(open, Math.min(LONGEST_MS, 1000 * 2 ** failures++) * (0.5 + Math.random() / 2));
    };
    source.addEventListener("reload", () => listener.reload());
    for (const name of EVENTS) {
      source.addEventListener(name, (message: MessageEvent<string>) => {
        last = message.lastEventId || last;
        listener.event(name, JSON.parse(message.data) as LiveEvent);
      });
    }
  }

  listener.link("connecting");
  open();
  return () => {
    window.clearTimeout(timer);
    source?.close();
  };
}
