import type { Row } from "../scenarios/scenario.ts";
import { brief } from "./table.ts";

/** Columns of a measurement; all but the first two are numbers. */
export const measurementHeader = [
  "load",
  "carrier",
  "events/s",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "CPU s/1k",
  "cmds/1k",
  "Redis kB/1k",
  "HTTP/1k",
  "peak MB",
  "lost",
  "dup",
  "late",
] as const;

const senderOf = { ours: "delivery-worker", baseline: "baseline", floor: "floor" } as const;

/** A measurement's cells, in the order of {@link measurementHeader}. */
export function measurementRow({ load, measurement: m }: Row): string[] {
  return [
    load,
    m.carrier,
    brief(m.perSecond),
    ...(["p50", "p95", "p99"] as const).map((name) => (m.latency === undefined ? "" : brief(m.latency[name]))),
    brief(m.cpu),
    brief(m.commands),
    brief(m.redisKb),
    brief(m.requests),
    brief(m.peakMb[senderOf[m.carrier]] ?? 0),
    String(m.lost),
    String(m.duplicated),
    String(m.outOfOrder),
  ];
}
