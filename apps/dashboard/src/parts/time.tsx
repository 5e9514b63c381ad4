import { useSyncExternalStore, type ReactElement } from "react";
import { duration, exactTime, relativeTime } from "../format/time.ts";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** Now, ms since 1970, moving on every second; one timer for all that ask. */
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

/** A moment as its distance from now; the exact one shows on hover. */
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

/** The time left until a moment, counting down; `due` once it has come. */
export function Countdown({ to, due = "now" }: { to: string; due?: string }): ReactElement {
  const now = useNow();
  const ms = Date.parse(to);
  return (
    <time dateTime={to} title={exactTime(ms)} className="nowrap num">
      {ms <= now ? due : relativeTime(ms, now)}
    </time>
  );
}
