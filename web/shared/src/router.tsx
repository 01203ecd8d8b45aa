// Views by address: a path under the application's base, and the filters in its query. Knows no view.
import { type AnchorHTMLAttributes, type MouseEvent, useCallback, useSyncExternalStore } from "react";

const BASE = import.meta.env.BASE_URL.replace(/\/$/, "");
const CHANGED = "busbar:navigated";

function subscribe(told: () => void): () => void {
  addEventListener("popstate", told);
  addEventListener(CHANGED, told);
  return () => {
    removeEventListener("popstate", told);
    removeEventListener(CHANGED, told);
  };
}

/** The path of the view, without the base. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname.slice(BASE.length) || "/");
}

/** Go to another view; `replace` leaves no step to go back to. */
export function navigate(to: string, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", BASE + to);
  dispatchEvent(new Event(CHANGED));
  if (!replace) scrollTo(0, 0);
}

/** A filter that is kept in the address; empty is not there. */
export function useFilter(name: string): [string, (value: string) => void] {
  const value = useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(name) ?? "");
  const set = useCallback(
    (next: string) => {
      const query = new URLSearchParams(location.search);
      if (next) query.set(name, next);
      else query.delete(name);
      navigate(location.pathname.slice(BASE.length) + (query.size ? `?${query}` : ""), { replace: true });
    },
    [name],
  );
  return [value, set];
}

/** The parts of a path that fit a pattern such as `/stations/:identity`; null where it does not. */
export function fit(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const parts = path.replace(/(.)\/$/, "$1").split("/");
  if (wanted.length !== parts.length) return null;
  const found: Record<string, string> = {};
  for (const [index, want] of wanted.entries()) {
    const part = parts[index]!;
    if (want.startsWith(":")) found[want.slice(1)] = decoded(part);
    else if (want !== part) return null;
  }
  return found;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A link inside the application. */
export function Link({ to, onClick, ...rest }: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  function go(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(to);
  }
  return <a {...rest} href={BASE + to} onClick={go} />;
}
