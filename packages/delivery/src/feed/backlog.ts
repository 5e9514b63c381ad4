import type { Advance, DeliveryRecord, Seal } from "@crewstream/redis";
import type { RenderedEvent } from "../request/rendered-event.ts";
import type { Wait } from "../endpoint/endpoint-gate.ts";
import type { StreamView } from "./next-action.ts";

/** How a job of the delivery worker ends: it is done, or returns to its queue for a while. */
export type JobResult = { kind: "done" } | { kind: "later"; delayMs: number };

/** A sealed delivery, or one that is to be sealed, and its events. */
export interface Outgoing {
  record: DeliveryRecord;
  events: readonly RenderedEvent[];
}

/** What a job has to deliver: a feed, or one parked delivery. A `DeliveryLoop` works through it. */
export interface Backlog {
  /** A failed delivery in this state makes the whole job wait: a feed continues without a parked one. */
  readonly waitsWith: "parked" | "held";
  /** Requests that may be in flight at once. */
  readonly window: number;
  /** Deliveries that were sealed by an earlier job and are to be sent, in order. */
  readonly sealed: readonly DeliveryRecord[];
  /** The events that are not sealed yet; undefined for a single delivery. */
  readonly stream: StreamBacklog | undefined;
  /** The limit of parked deliveries is reached: nothing new may be sealed. */
  readonly blocked: boolean;
  /** After this time the backlog of a failing endpoint is given up, ms. */
  giveUpAfterMs(): number;
  /** Takes up to `count` of the `sealed` deliveries. */
  takeSealed(count: number): Promise<Outgoing[]>;
  /** Ends the job, with another one for when this delivery is due. */
  hold(record: DeliveryRecord): Promise<JobResult>;
  /** These deliveries have been recorded as parked. */
  parked(records: readonly DeliveryRecord[]): Promise<void>;
  /** The endpoint takes no requests: returns the job to its queue. */
  waitForEndpoint(refusal: Wait): Promise<JobResult>;
  /** Dead-letters everything. @returns false if another job has changed the feed */
  deadLetter(): Promise<boolean>;
  /**
   * Nothing is left to do. @param expectsMore it has just sent something, so more events are likely
   * @returns how the job ends, or why it continues: there is `more`, or its worker `waited` for the next event
   */
  rest(expectsMore: boolean): Promise<JobResult | "more" | "waited">;
}

/** The part of a feed's backlog that is not sealed yet. */
export interface StreamBacklog {
  /** The stream as of the last read. */
  view(): Omit<StreamView, "read">;
  /** Reads the stream; `latencyMs` is how long a request takes, 0 while that is unknown. */
  read(room: number, latencyMs: number): Promise<void>;
  /** Reads further while requests are in flight. */
  readAhead(): Promise<void>;
  /** Takes up to `count` new deliveries with their seal, which may also move the cursor over events that are not selected. */
  take(count: number): { deliveries: Outgoing[]; seal: Seal | undefined };
  /** The seal was written. */
  sealWritten(seal: Seal, written: Pick<Advance, "complete">): void;
  /** Leaves a batch to grow, with a job at `until`; undefined if it turns out that it can be sealed now. */
  leave(until: number): Promise<JobResult | undefined>;
}
