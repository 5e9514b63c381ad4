import type { DeliveryRecord } from "@crewstream/redis";
import type { Wait } from "../endpoint/endpoint-gate.ts";

/** A feed that always has more returns its worker slot to others after this long, ms. */
const maxPassMs = 2000;

/** Why a job is to end; the reasons that are in force stand in the order in which they are acted on. */
export type Stop =
  /** The receiver ended the subscription: `reason` is the outcome that said so. */
  | { kind: "closed"; reason: string }
  /** Something failed, and the queue is to repeat the job. */
  | { kind: "failed"; error: unknown }
  /** A delivery failed, and what the job delivers waits with it. */
  | { kind: "held"; record: DeliveryRecord }
  /** The job goes back to its queue. */
  | { kind: "later"; delayMs: number };

/** What is known of a feed's stream behind its cursor. */
export interface StreamView {
  /** It was read since something could have changed. */
  read: boolean;
  /** The last read came to its end, nothing that was selected is left, and no more is known of. */
  dry: boolean;
  realtime: boolean;
  /** Deliveries that can be sealed. */
  ready: number;
  /** From when on, ms: a batch that may grow is left until its first event is old enough. */
  ripeAt: number;
  /** Events that nothing selects are to be passed over. */
  passesOver: boolean;
  /** As many deliveries are parked as may be. */
  blocked: boolean;
}

/** What a job knows at one moment: all that {@link nextAction} decides by. */
export interface View {
  /** The job is still this worker's, and the shutdown's deadline has not passed. */
  leased: boolean;
  /** When the job began, or when its worker last waited for an event, ms. */
  startedAt: number;
  stop: Stop | undefined;
  /** The subscription has ended, because of a response to this job. */
  closed: boolean;
  /** Requests in flight, and how many there may be. */
  inFlight: number;
  window: number;
  /** Attempts that have ended and are not recorded. */
  unrecorded: number;
  /** More requests were asked for since the last response: there is no room for others before the next one. */
  asked: boolean;
  /** Deliveries that were sealed before and are to be sent, in order. */
  sealed: readonly DeliveryRecord[];
  /** Undefined for the retry of one delivery. */
  stream: StreamView | undefined;
  /** The endpoint takes no request. */
  refusal: Wait | undefined;
  /** An endpoint that has been failing for longer is given up, ms; infinite while the run may publish more. */
  giveUpAfterMs: number;
}

/**
 * What a job does next.
 *   read         look at the stream, for up to `room` deliveries
 *   send         acquire up to `count` requests and send what was sealed before, as it was
 *   seal         the same with new deliveries, which are recorded first; with 0 only the cursor moves
 *   record       write down the attempts that have ended, and nothing else
 *   wait         for responses (and, with `look`, for events), for the endpoint, or for a batch to grow until `until`
 *   hold         end with a job for when the delivery is due
 *   dead-letter  give up all that waits: its endpoint has been failing for too long
 *   rest         nothing is left to do: let the feed sleep, wait for its next event, or end it
 *   end          as `stop` says
 * `seal`, `send` and `record` write all ended attempts down, in one script with the seal.
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
 * Decides what a job does next; pure. A pass over a feed and the retry of one delivery differ in their views only.
 * Requests in flight are always awaited and recorded, whatever else happens: a receiver has their deliveries already.
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
    else if (stream !== undefined && !stream.blocked) {
      // Of a stream that was read to its end, resting tells whether more has come, after the last response.
      const restTells = stream.realtime && stream.dry && inFlight === 0;
      if (!stream.read && !restTells) return { kind: "read", room };
      if (stream.ready > 0 && stream.ripeAt <= now) return { kind: "seal", count: Math.min(room, stream.ready) };
      if (stream.ready > 0 && idle) return { kind: "wait", for: "batch", until: stream.ripeAt };
    }
  }
  // Several responses are recorded at once: one that came during the last write waits for others.
  const records = unrecorded > 0 || stream?.passesOver === true;
  if (records && !asked) return { kind: "seal", count: 0 };
  if (inFlight > 0) return { kind: "wait", for: "responses", look: stream?.realtime === true && room > 0 };
  return { kind: "rest" };
}

/** Whether the job is another worker's by now, or has had its turn. A retry that has been sent is seen to its end. */
function goesBack({ leased, startedAt, sealed, stream }: View, now: number): boolean {
  if (stream === undefined) return !leased && sealed.length > 0;
  return !leased || now - startedAt > maxPassMs;
}
