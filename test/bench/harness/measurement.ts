import type { Carrier, Load, Received } from "../load.ts";

/** The cost and results of one run of a load. "per 1,000" is per 1,000 events that arrived. */
export interface Measurement {
  carrier: Carrier;
  events: number;
  /** When the first event was published, ms since 1970. */
  startedAt: number;
  /** From the first event published to the last one arrived. */
  seconds: number;
  perSecond: number;
  /** From publish to arrival in ms. Absent for the floor, which publishes nothing. */
  latency?: Received["latency"];
  /** CPU seconds per 1,000 events, of all but the receiver, and by process. */
  cpu: number;
  cpuBy: Record<string, number>;
  commands: number;
  /** Kilobytes over Redis's connections per 1,000 events. */
  redisKb: number;
  requests: number;
  peakMb: Record<string, number>;
  lost: number;
  duplicated: number;
  outOfOrder: number;
  peakPerSecond: number;
}

/** Counters of one run. */
export interface Readings {
  load: Load;
  received: Received;
  expected: number;
  startedAt: number;
  cpuSeconds: Record<string, number>;
  peakMb: Record<string, number>;
  commands: number;
  redisBytes: number;
}

export function toMeasurement(readings: Readings): Measurement {
  const { load, received } = readings;
  const thousands = Math.max(1, received.unique) / 1000;
  const cpuBy = Object.fromEntries(
    Object.entries(readings.cpuSeconds)
      .filter(([, seconds]) => seconds > 0)
      .map(([name, seconds]) => [name, seconds / thousands]),
  );
  const seconds = Math.max(0.001, (received.lastAt - readings.startedAt) / 1000);
  return {
    carrier: load.carrier,
    events: received.unique,
    startedAt: readings.startedAt,
    seconds,
    perSecond: received.unique / seconds,
    ...(load.carrier === "floor" || received.latency === undefined ? {} : { latency: received.latency }),
    cpu: Object.entries(cpuBy).reduce((sum, [name, each]) => (name === "receiver" ? sum : sum + each), 0),
    cpuBy,
    commands: readings.commands / thousands,
    redisKb: readings.redisBytes / 1024 / thousands,
    requests: received.requests / thousands,
    peakMb: readings.peakMb,
    lost: readings.expected - received.unique,
    duplicated: received.duplicated,
    outOfOrder: received.outOfOrder,
    peakPerSecond: received.peakPerSecond,
  };
}

/** The median of each number over several measurements of the same thing; for losses and duplicates the maximum. */
export function combine(measurements: readonly Measurement[]): Measurement {
  const [first] = measurements;
  if (first === undefined) throw new Error("nothing was measured");
  const of = (pick: (one: Measurement) => number): number => median(measurements.map(pick));
  const worst = (pick: (one: Measurement) => number): number => Math.max(...measurements.map(pick));
  const each = (pick: (one: Measurement) => Record<string, number>): Record<string, number> => {
    const names = new Set(measurements.flatMap((one) => Object.keys(pick(one))));
    return Object.fromEntries([...names].map((name) => [name, of((one) => pick(one)[name] ?? 0)]));
  };
  const latency = (name: "p50" | "p95" | "p99" | "max"): number => of((one) => one.latency?.[name] ?? 0);
  return {
    carrier: first.carrier,
    events: of((one) => one.events),
    startedAt: first.startedAt,
    seconds: of((one) => one.seconds),
    perSecond: of((one) => one.perSecond),
    ...(first.latency === undefined
      ? {}
      : { latency: { p50: latency("p50"), p95: latency("p95"), p99: latency("p99"), max: latency("max") } }),
    cpu: of((one) => one.cpu),
    cpuBy: each((one) => one.cpuBy),
    commands: of((one) => one.commands),
    redisKb: of((one) => one.redisKb),
    requests: of((one) => one.requests),
    peakMb: each((one) => one.peakMb),
    lost: worst((one) => one.lost),
    duplicated: worst((one) => one.duplicated),
    outOfOrder: worst((one) => one.outOfOrder),
    peakPerSecond: of((one) => one.peakPerSecond),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
