import { useSyncExternalStore, type ReactElement } from "react";
import { duration, exactTime, relativeTime } from "../format/time.ts";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** Now, ms since 1970, updated every second; all users share one timer. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** A time as its distance from now; the exact time is shown on hover. */
export function Moment({ at, none = "–" }: { at: string | null | undefined; none?: string }): ReactElement {
  const now = useNow();
  if (at === null || at === undefined) return <span className="muted">{none}</span>;
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={exactTime(ms)} className="nowrap num">
      {relativeTime(ms, now)}
    </time>
  );
}

/** How long something took, or has been taking. */
export function Elapsed({ from, to }: { from: string | null; to: string | null }): ReactElement {
  const now = useNow();
  if (from === null) return <span className="muted">–</span>;
  const ms = (to === null ? now : Date.parse(to)) - Date.parse(from);
  return <span className="num nowrap">{duration(Math.max(0, ms))}</span>;
}

/** The time left until a point in time, counting down; `due` once it is reached. */
export function Countdown({ to, due = "now" }: { to: string; due?: string }): ReactElement {
  const now = useNow();
  const ms = Date.parse(to);
  return (
    <time dateTime={to} title={exactTime(ms)} className="nowrap num">
      {ms <= now ? due : relativeTime(ms, now)}
    </time>
  );
}
