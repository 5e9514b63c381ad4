/**
 * The carrier of the events: our processes, one BullMQ job and one POST per event, or bare POSTs of the same bodies.
 */
export type Carrier = "ours" | "baseline" | "floor";

/** A load on a carrier. Events are spread evenly over the executions, in groups like those of a run's steps. */
export interface Load {
  carrier: Carrier;
  mode: "batched" | "realtime";
  executions: number;
  eventsEach: number;
  /** Bytes of one event's JSON. */
  bytes: number;
  /** Execution number n sends to `urls[n % urls.length]`. */
  urls: readonly string[];
  /** Events per second over all executions, at fixed times; without it as fast as possible. */
  rate?: number;
  /** Everything is published before anything is delivered; the measurement begins after that. */
  backlog?: boolean;
  /** Requests in flight of the baseline and of the floor. */
  concurrency: number;
}

/** What a publisher did. Times in ms since 1970. */
export interface Published {
  events: number;
  startedAt: number;
  endedAt: number;
}

/** What the receiver received of one run. */
export interface Received {
  /** Distinct events. */
  unique: number;
  duplicated: number;
  /** Events that arrived after a later one of their execution. */
  outOfOrder: number;
  requests: number;
  bodyBytes: number;
  firstAt: number;
  lastAt: number;
  /** From publish to arrival in ms, at these quantiles; absent if nothing arrived. */
  latency?: Record<"p50" | "p95" | "p99" | "max", number>;
  /** Maximum number of events that arrived within one second. */
  peakPerSecond: number;
}

/** How a port of the receiver behaves: responds 200, never responds, or is closed. */
export type Behaviour = "answer" | "hang" | "refuse";

export function totalEvents(load: Pick<Load, "executions" | "eventsEach">): number {
  return load.executions * load.eventsEach;
}

/** Milliseconds since 1970 with fractions, the same clock in all processes of a machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
