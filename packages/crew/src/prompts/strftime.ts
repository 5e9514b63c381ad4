const months = "January February March April May June July August September October November December".split(" ");
const days = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const two = (value: number): string => String(value).padStart(2, "0");
const dayMs = 86_400_000;

/** Python's directives for dates, in UTC and English. */
const directives: Readonly<Record<string, (at: Date) => string>> = {
  Y: (at) => String(at.getUTCFullYear()),
  y: (at) => two(at.getUTCFullYear() % 100),
  m: (at) => two(at.getUTCMonth() + 1),
  B: (at) => months[at.getUTCMonth()] ?? "",
  b: (at) => (months[at.getUTCMonth()] ?? "").slice(0, 3),
  d: (at) => two(at.getUTCDate()),
  e: (at) => String(at.getUTCDate()).padStart(2, " "),
  j: (at) => String(Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0)) / dayMs) + 1).padStart(3, "0"),
  A: (at) => days[at.getUTCDay()] ?? "",
  a: (at) => (days[at.getUTCDay()] ?? "").slice(0, 3),
  w: (at) => String(at.getUTCDay()),
  u: (at) => String(at.getUTCDay() || 7),
  H: (at) => two(at.getUTCHours()),
  I: (at) => two(at.getUTCHours() % 12 || 12),
  p: (at) => (at.getUTCHours() < 12 ? "AM" : "PM"),
  M: (at) => two(at.getUTCMinutes()),
  S: (at) => two(at.getUTCSeconds()),
  Z: () => "UTC",
  z: () => "+0000",
  F: (at) => at.toISOString().slice(0, 10),
  T: (at) => at.toISOString().slice(11, 19),
  R: (at) => at.toISOString().slice(11, 16),
  D: (at) => `${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}/${two(at.getUTCFullYear() % 100)}`,
  "%": () => "%",
};

/** Formats a date with Python's `strftime` directives; `%-d` and the like omit leading zeros, as on Unix. */
export function strftime(form: string, at: Date): string {
  return form.replace(/%(-?)(.)/g, (whole, bare: string, name: string) => {
    const written = directives[name]?.(at);
    if (written === undefined) return whole;
    return bare === "" ? written : written.replace(/^[0 ]+(?=\d)/, "");
  });
}

/** The directives of a format that {@link strftime} does not support. */
export function unknownDirectives(form: string): string[] {
  return [...form.matchAll(/%-?(.)?/g)]
    .filter(([, name]) => directives[name ?? ""] === undefined)
    .map(([text]) => text);
}

/** Whether a format shows any part of the date. */
export function showsDate(form: string): boolean {
  return [...form.matchAll(/%-?(.)/g)].some(([, name]) => name !== "%" && directives[name ?? ""] !== undefined);
}
