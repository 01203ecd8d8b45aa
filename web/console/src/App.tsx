import { ask } from "@shared/api/client";
import { Link, fit, navigate, usePath } from "@shared/router";
import { Button } from "@shared/ui/parts";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { AccountView } from "./pages/AccountView";
import { Login } from "./pages/Login";
import { Overview } from "./pages/Overview";
import { SessionView } from "./pages/SessionView";
import { Sessions } from "./pages/Sessions";
import { Sites } from "./pages/Sites";
import { Setup } from "./pages/Setup";
import { StationView } from "./pages/StationView";
import { Stations } from "./pages/Stations";
import { useAccount, useLink, useStream } from "./state";

const VIEWS: [string, string, (found: Record<string, string>) => ReactNode][] = [
  ["/", "Overview", () => <Overview />],
  ["/stations", "Stations", () => <Stations />],
  ["/stations/:identity", "Station", ({ identity }) => <StationView key={identity} identity={identity!} tab="" />],
  ["/stations/:identity/:tab", "Station", ({ identity, tab }) => <StationView key={identity} identity={identity!} tab={tab!} />],
  ["/sessions", "Sessions", () => <Sessions />],
  ["/sessions/:number", "Session", ({ number }) => <SessionView key={number} number={Number(number)} />],
  ["/sites", "Sites", () => <Sites />],
  ["/setup", "Set up", () => <Setup />],
  ["/account", "Account", () => <AccountView />],
];

const MENU: [string, string, string][] = [
  ["/", "Overview", "M3 12h5l3-8 3 16 3-8h4"],
  ["/stations", "Stations", "M5 21V4a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v17M3 21h14M8 7h4M15 11h2a2 2 0 0 1 2 2v3a1.5 1.5 0 0 0 3 0V9l-3-3"],
  ["/sessions", "Sessions", "M13 2 5 14h6l-1 8 8-12h-6z"],
  ["/sites", "Sites", "M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"],
];

export function App() {
  const account = useAccount();
  const path = usePath();
  useStream(Boolean(account.data));
  if (account.isPending) return <p className="loading">Loading…</p>;
  if (account.isError) return <Unreachable retry={() => void account.refetch()} />;
  if (!account.data) return <Login />;
  const [title, view] = chosen(path);
  return (
    <Shell title={title} path={path} name={account.data.name}>
      {view}
    </Shell>
  );
}

function chosen(path: string): [string, ReactNode] {
  for (const [pattern, title, view] of VIEWS) {
    const found = fit(pattern, path);
    if (found) return [title, view(found)];
  }
  return ["Not found", <p className="empty">There is no such page. <Link to="/">Go to the overview.</Link></p>];
}

function Unreachable({ retry }: { retry: () => void }) {
  return (
    <main className="narrow">
      <h1>Busbar cannot be reached</h1>
      <p>The server does not answer. It may be starting.</p>
      <Button kind="main" onClick={retry}>
        Try again
      </Button>
    </main>
  );
}

function Shell({ title, path, name, children }: { title: string; path: string; name: string; children: ReactNode }) {
  const queries = useQueryClient();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${title} · Busbar`;
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [title]);
  async function leave() {
    await ask("POST /logout").catch(() => undefined);
    navigate("/");
    queries.setQueryData(["account"], null);
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "account" });
  }
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="side">
        <Link to="/" className="brand">
          <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="26" height="26" />
          <span>Busbar</span>
        </Link>
        <nav aria-label="Pages">
          {MENU.map(([to, text, icon]) => (
            <Link key={to} to={to} aria-current={(to === "/" ? path === to : path.startsWith(to)) ? "page" : undefined}>
              <svg viewBox="0 0 24 24" width="17" height="17" aria-hidden="true">
                <path d={icon} />
              </svg>
              {text}
            </Link>
          ))}
        </nav>
        <div className="foot">
          <Connection />
          <Theme />
          <Link to="/account" className="who" title={name}>
            {name}
          </Link>
          <Button kind="quiet" onClick={() => void leave()}>
            Sign out
          </Button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

const LINK = { connecting: "Connecting…", live: "Live", lost: "Reconnecting…" };

function Connection() {
  const link = useLink();
  return (
    <p className="link" data-state={link} role="status">
      {LINK[link]}
    </p>
  );
}

const THEMES: Record<string, string> = { "": "Theme: system", light: "Theme: light", dark: "Theme: dark" };

function Theme() {
  const [theme, setTheme] = useState(() => localStorage.getItem("theme") ?? "");
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
    dispatchEvent(new Event("busbar:theme"));
  }, [theme]);
  const order = Object.keys(THEMES);
  return (
    <Button kind="quiet" onClick={() => setTheme(order[(order.indexOf(theme) + 1) % order.length]!)}>
      {THEMES[theme] ?? THEMES[""]}
    </Button>
  );
}
