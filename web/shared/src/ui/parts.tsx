// Small things that every page is made of. Texts from outside are children, never markup.
import {
  type ButtonHTMLAttributes,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { ApiError } from "../api/client";

export type Tone = "good" | "busy" | "wait" | "bad" | "off";

/** A state as a word with a dot in its colour. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  );
}

export function Button({
  kind = "plain",
  busy = false,
  children,
  ...rest
}: { kind?: "plain" | "main" | "danger" | "quiet"; busy?: boolean } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" {...rest} className={`button ${kind}`} disabled={rest.disabled || busy} aria-busy={busy}>
      {children}
    </button>
  );
}

/** A part of a page with its heading. */
export function Panel({ title, side, children }: { title: string; side?: ReactNode; children: ReactNode }) {
  return (
    <section className="panel" aria-label={title}>
      <header className="panel-head">
        <h2>{title}</h2>
        {side}
      </header>
      {children}
    </section>
  );
}

interface Labelled {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

function Frame({ label, hint, error, id, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

const described = (id: string, { hint, error }: Labelled) =>
  [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;

/** An input with its label, and what is wrong with it beside it. */
export function Field({ label, hint, error, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Frame label={label} hint={hint} error={error} id={id}>
      <input {...rest} id={id} aria-invalid={error ? true : undefined} aria-describedby={described(id, { label, hint, error })} />
    </Frame>
  );
}

/** A choice with its label. */
export function Choice({ label, hint, error, ...rest }: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Frame label={label} hint={hint} error={error} id={id}>
      <select {...rest} id={id} aria-invalid={error ? true : undefined} aria-describedby={described(id, { label, hint, error })} />
    </Frame>
  );
}

/** What went wrong, where it is not about one input. */
export function Failure({ error, fields = [] }: { error: Error | null; fields?: string[] }) {
  if (!error) return null;
  if (error instanceof ApiError && fields.some((field) => error.about(field))) return null;
  const reasons = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return (
    <p className="error" role="alert">
      {error.message}
      {reasons.map(({ field, reason }) => ` ${field}: ${reason}.`)}
    </p>
  );
}

/** What an input's error is, of whichever error came. */
export const about = (error: Error | null, field: string) => (error instanceof ApiError ? error.about(field) : undefined);

/** A window over the page. It is closed by Escape, by its button, and by who opened it. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = element.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        <Button kind="quiet" aria-label="Close" onClick={onClose}>
          ✕
        </Button>
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}

/** A text to take along: a button that copies it. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button kind="quiet" onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}>
      {copied ? "Copied" : label}
    </Button>
  );
}

/** A value with its name. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The time now, told once in `everyMs`. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
