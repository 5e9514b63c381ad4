import type { DeliveryRecord } from "@crewstream/redis";
import type { Wait } from "../endpoint/endpoint-gate.ts";

/** A feed that always has more returns its worker slot to others after this long, ms. */
const maxPassMs = 2000;

/** Why a job is to end. If there are several reasons, they are acted on in this order. */
export type Stop =
  /** The receiver ended the subscription: `reason` is the outcome that said so. */
  | { kind: "closed"; reason: string }
  /** Something threw, and the queue is to repeat the job. */
  | { kind: "failed"; error: unknown }
  /** A delivery failed, and the whole job waits for its next attempt. */
  | { kind: "held"; record: DeliveryRecord }
  /** The job goes back to its queue. */
  | { kind: "later"; delayMs: number };

/** What is known about the part of a feed's stream that is not sealed yet. */
export interface StreamView {
  /** It was read since there could have been changes. */
  read: boolean;
  /** The last read reached its end, no selected event is left, and there is no notice of more. */
  dry: boolean;
  realtime: boolean;
  /** Deliveries that can be sealed. */
  ready: number;
  /** When they can be sealed, ms: a batch that is not full is left to grow until its first event is old enough. */
  ripeAt: number;
  /** The cursor can move over events that the subscription does not select. */
  passesOver: boolean;
}

/** A job at one moment: everything that {@link nextAction} bases its decision on. */
export interface View {
  /** The job is still this worker's, and the shutdown's deadline has not passed. */
  leased: boolean;
  /** When the job began or, if that is later, when its worker last waited for an event; ms. */
  startedAt: number;
  stop: Stop | undefined;
  /** The subscription has ended, because of a response to this job. */
  closed: boolean;
  /** Requests in flight, and the limit of them. */
  inFlight: number;
  window: number;
  /** Attempts that have ended but are not recorded yet. */
  unrecorded: number;
  /** Permits were requested since the last response: there are no more before the next one. */
  asked: boolean;
  /** Deliveries that were sealed by an earlier job and are to be sent, in order. */
  sealed: readonly DeliveryRecord[];
  /** Undefined for the retry of one delivery. */
  stream: StreamView | undefined;
  /** The limit of parked deliveries is reached: nothing new may be sealed. */
  blocked: boolean;
  /** The endpoint takes no request. */
  refusal: Wait | undefined;
  /** After this time the job gives up on a failing endpoint, ms; infinite while the run may publish more. */
  giveUpAfterMs: number;
}

/**
 * What a job does next.
 *   read         read the stream, for up to `room` deliveries
 *   send         acquire up to `count` permits and send deliveries that were sealed before, unchanged
 *   seal         the same for new deliveries, which are sealed first; with `count` 0 only the cursor moves
 *   record       record ended attempts, and nothing else
 *   wait         for responses (and, with `look`, for events), for the endpoint, or until a batch is old enough
 *   hold         end, with a job for when the delivery is due
 *   dead-letter  dead-letter the whole backlog: its endpoint has been failing for too long
 *   rest         nothing is left to do: put the feed to sleep, wait for its next event, or end it
 *   end          end for the reason in `stop`
 * `send` and `seal` record all ended attempts, too, in one script with the seal.
 */
export type Action =
  | { kind: "read"; room: number }
  | { kind: "send"; count: number }
  | { kind: "seal"; count: number }
  | { kind: "record" }
  | { kind: "wait"; for: "responses"; look: boolean }
  | { kind: "wait"; for: "endpoint"; refusal: Wait }
  | { kind: "wait"; for: "batch"; until: number }
  | { kind: "hold"; record: DeliveryRecord }
  | { kind: "dead-letter" }
  | { kind: "rest" }
  | { kind: "end"; stop: Stop };

/**
 * Decides what a job does next; pure. A pass over a feed and the retry of one delivery differ only in their views.
 * Requests in flight are always awaited and recorded, whatever happens: the receiver may have processed them.
 */
export function nextAction(view: View, now: number): Action {
  const { inFlight, unrecorded, sealed, stream } = view;
  const stop = view.stop ?? (goesBack(view, now) ? { kind: "later" as const, delayMs: 0 } : undefined);
  if (stop !== undefined) {
    if (inFlight > 0) return { kind: "wait", for: "responses", look: false };
    return unrecorded > 0 ? { kind: "record" } : { kind: "end", stop };
  }
  if (view.refusal !== undefined) {
    const { refusal } = view;
    return refusal.failingMs > view.giveUpAfterMs
      ? { kind: "dead-letter" }
      : { kind: "wait", for: "endpoint", refusal };
  }
  const room = view.window - inFlight;
  const idle = inFlight === 0 && unrecorded === 0;
  if (view.closed && idle) return { kind: "rest" };
  const asked = view.asked && inFlight > 0;
  if (room > 0 && !asked) {
    const [head] = sealed;
    if (head?.nextAt !== undefined && head.nextAt > now) {
      if (idle) return { kind: "hold", record: head };
    } else if (head !== undefined) return { kind: "send", count: Math.min(room, sealed.length) };
    else if (stream !== undefined && !view.blocked) {
      // If the stream was read to its end, resting finds out whether more has arrived: that saves one read.
      const restTells = stream.realtime && stream.dry && inFlight === 0;
      if (!stream.read && !restTells) return { kind: "read", room };
      if (stream.ready > 0 && stream.ripeAt <= now) return { kind: "seal", count: Math.min(room, stream.ready) };
      if (stream.ready > 0 && idle) return { kind: "wait", for: "batch", until: stream.ripeAt };
    }
  }
  // Several responses are recorded at once: one that arrived during the last write waits for others.
  const records = unrecorded > 0 || stream?.passesOver === true;
  if (records && !asked) return { kind: "seal", count: 0 };
  if (inFlight > 0) return { kind: "wait", for: "responses", look: stream?.realtime === true && room > 0 };
  return { kind: "rest" };
}

/** Whether another worker may have the job, or its time is over. A retry that has been sent is always completed. */
function goesBack({ leased, startedAt, sealed, stream }: View, now: number): boolean {
  if (stream === undefined) return !leased && sealed.length > 0;
  return !leased || now - startedAt > maxPassMs;
}
