// The one way to the interface: every route of the OpenAPI document, typed. Knows no page.
import type { Problem, Routes } from "./schema";

export type Route = keyof Routes;
export type Answer<R extends Route> = Routes[R]["answer"];

type Part<R extends Route, K extends string> = Routes[R] extends Record<K, infer T> ? T : never;
type Loose<T> = Record<never, never> extends T ? { query?: T } : { query: T };
type Given<R extends Route> = ([Part<R, "path">] extends [never] ? unknown : { path: Part<R, "path"> }) &
  ([Part<R, "query">] extends [never] ? unknown : Loose<Part<R, "query">>) &
  ("body" extends keyof Routes[R] ? { body?: Routes[R]["body"] } : unknown) & { key?: string };
type Inputs<R extends Route> = Record<never, never> extends Given<R> ? [given?: Given<R>] : [given: Given<R>];

/** A refusal of the interface, or that it could not be reached (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? problem.title ?? "The server cannot be reached.");
  }

  /** The last part of the problem's type, such as `station-offline`. */
  get kind(): string {
    return this.problem.type?.split(":").pop() ?? "";
  }

  /** What is wrong with an input, to stand beside it. */
  about(field: string): string | undefined {
    return this.problem.errors?.find((error) => error.field === field || error.field.endsWith(`.${field}`))?.reason;
  }
}

interface Parts {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
  /** Of a command: the same key is the same command, however often it is sent. */
  key?: string;
}

/** A key for one intent of a person. */
export const newKey = (): string => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

/** The address of a route with its inputs filled in. */
export function addressOf(route: Route, { path, query }: Parts = {}): string {
  const filled = route.split(" ")[1]!.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path?.[name])));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") asked.set(name, String(value));
  }
  return asked.size ? `${filled}?${asked}` : filled;
}

/** Ask the interface. Throws ApiError. */
export async function ask<R extends Route>(route: R, ...[given]: Inputs<R>): Promise<Answer<R>> {
  const parts = (given ?? {}) as Parts;
  const headers: Record<string, string> = {};
  if (parts.body !== undefined) headers["Content-Type"] = "application/json";
  if (parts.key) headers["Idempotency-Key"] = parts.key;
  const body = parts.body === undefined ? null : JSON.stringify(parts.body);
  const answer = await fetch(addressOf(route, parts), { method: route.split(" ")[0]!, headers, body }).catch(() => {
    throw new ApiError(0, {});
  });
  if (!answer.ok) throw new ApiError(answer.status, (await answer.json().catch(() => ({}))) as Partial<Problem>);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer<R>;
}
