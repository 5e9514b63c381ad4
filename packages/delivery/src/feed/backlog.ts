import type { Advance, DeliveryRecord, Seal } from "@crewstream/redis";
import type { RenderedEvent } from "../request/rendered-event.ts";
import type { Wait } from "../endpoint/endpoint-gate.ts";
import type { StreamView } from "./next-action.ts";

/** What a job of the delivery worker comes to: it is done, or goes back to its queue for a while. */
export type JobResult = { kind: "done" } | { kind: "later"; delayMs: number };

/** A sealed delivery, or one that is to be sealed, and its events. */
export interface Outgoing {
  record: DeliveryRecord;
  events: readonly RenderedEvent[];
}

/** What a job is to deliver: a feed, or one delivery that failed before. {@link DeliveryLoop} works it off. */
export interface Backlog {
  /** The state of a failed delivery with which the whole job waits; a feed goes on without a parked one. */
  readonly waitsWith: "parked" | "held";
  /** Requests that may be in flight at once. */
  readonly window: number;
  /** Deliveries that were sealed before and are to be sent, in order. */
  readonly sealed: readonly DeliveryRecord[];
  /** The stream as it was read last; undefined where there is none. */
  stream(): Omit<StreamView, "read"> | undefined;
  /** From how long a failure of its endpoint on this is given up, ms. */
  giveUpAfterMs(): number;
  /** Looks at the stream; `latencyMs` is how long a request takes, 0 while that is not known. */
  read(room: number, latencyMs: number): Promise<void>;
  /** Reads on while requests are in flight. */
  readAhead(): Promise<void>;
  /** Takes up to `count` deliveries of those that are sealed. */
  takeSealed(count: number): Promise<Outgoing[]>;
  /** Takes up to `count` new deliveries with their seal, which also moves the cursor over what nothing selects. */
  takeNew(count: number): { deliveries: Outgoing[]; seal: Seal | undefined };
  /** The seal was written. */
  sealWritten(seal: Seal, written: Pick<Advance, "complete">): void;
  /** A batch may grow until `until`: ends the job, with one for then; undefined when the batch is to be sent now. */
  leave(until: number): Promise<JobResult | undefined>;
  /** Ends the job, with one for when this delivery is due. */
  hold(record: DeliveryRecord): Promise<JobResult>;
  /** These deliveries were recorded as parked. */
  parked(records: readonly DeliveryRecord[]): Promise<void>;
  /** The endpoint takes no request: ends the job, to come back. */
  waitForEndpoint(refusal: Wait): Promise<JobResult>;
  /** Gives up all that waits. @returns false when another job has the feed by now */
  deadLetter(): Promise<boolean>;
  /**
   * Nothing is left to do. @param maySoon it has just sent something, so that it may have more soon
   * @returns how the job ends, or that it goes on: `more` came, or its worker `waited` for the next event
   */
  rest(maySoon: boolean): Promise<JobResult | "more" | "waited">;
}
