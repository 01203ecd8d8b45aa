// How numbers and times are written. Knows no unit that is not said.
const places = (digits: number) =>
  new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
const formats = [places(0), places(1), places(2)];

export const number = (value: number, digits: 0 | 1 | 2 = 0): string => formats[digits]!.format(value);

/** A power of so many W, with its unit. */
export function power(watts: number | null | undefined): string {
  if (watts === null || watts === undefined) return "–";
  return Math.abs(watts) >= 1e6 ? `${number(watts / 1e6, 2)} MW` : `${number(watts / 1e3, 1)} kW`;
}

/** An energy of so many Wh, with its unit. */
export function energy(wattHours: number | null | undefined): string {
  if (wattHours === null || wattHours === undefined) return "–";
  return Math.abs(wattHours) >= 1e6 ? `${number(wattHours / 1e6, 2)} MWh` : `${number(wattHours / 1e3, 2)} kWh`;
}

/** How long something takes: `5 min`, `3 h 20 min`, `4 days`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** How long ago something was, at `now`. */
export const since = (time: string | null | undefined, now: number): string =>
  time ? span(now - Date.parse(time)) : "–";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A time in full, in the reader's zone. */
export const moment = (time: string | null | undefined): string => (time ? FULL.format(new Date(time)) : "–");

/** A time of today by the clock, any other in full. */
export function clock(time: string): string {
  const at = new Date(time);
  return at.toDateString() === new Date().toDateString() ? CLOCK.format(at) : FULL.format(at);
}
