import type { FeedTotals } from "@crewstream/contracts";
import type { DeliveryRecord, Settlement } from "./deliveries.ts";
import type { FeedAddress } from "./feeds.ts";
import { ScriptError, scriptError } from "../script-errors.ts";
import { callScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/** Attempts kept per execution. */
const attemptLogLength = 1000;

/** Deliveries to record before their first byte is sent, and how far the cursor moves for what was read for them. */
export interface Seal {
  from: number;
  to: number;
  deliveries: readonly DeliveryRecord[];
  /**
   * `last`: no selected event up to `to` is left, so the last delivery may be the feed's last. `completion`: the empty
   * delivery that marks the feed as complete. Default `more`.
   */
  kind?: "more" | "last" | "completion";
}

/** What recording an attempt did: nothing if another process had settled the delivery before. */
export type SettlementEffect = "none" | "settled" | "took_back_dead_letter";

const effectNames: readonly SettlementEffect[] = ["none", "settled", "took_back_dead_letter"];

export interface Advance {
  /** What each settlement did. */
  effects: SettlementEffect[];
  /** The feed had stopped at its parked limit, and must be woken. */
  wake: boolean;
  /** `stale`: another process has moved the cursor; read the feed again. `closed`: the subscription has ended. */
  sealed: "sealed" | "stale" | "closed" | "nothing";
  /** The last of the deliveries is the feed's last, and was sealed with these totals. */
  complete: FeedTotals | undefined;
}

/**
 * Records the outcomes of deliveries, with their attempts, and seals the next deliveries: one script for a whole turn.
 */
export async function advanceFeed(
  store: Store,
  { executionId, feed }: FeedAddress,
  step: { settlements: readonly Settlement[]; seal?: Seal | undefined; maxParked: number },
): Promise<Advance> {
  const keys = store.keys.execution(executionId);
  const own = keys.feed(feed);
  const args: (string | number)[] = [attemptLogLength, step.maxParked, step.settlements.length];
  for (const { record, outcome, attempt } of step.settlements) {
    args.push(
      record.first,
      outcome,
      outcome === "delivered" ? "" : JSON.stringify(record),
      record.events,
      attempt === undefined ? "" : JSON.stringify(attempt),
    );
  }
  if (step.seal !== undefined) {
    const { from, to, deliveries, kind = "more" } = step.seal;
    args.push(
      from,
      to,
      kind,
      deliveries.reduce((sum, { events }) => sum + events, 0),
    );
    for (const delivery of deliveries) args.push(delivery.first, JSON.stringify(delivery));
  }
  const [seal = 0, wake, deliveries = 0, events = 0, ...effects] = await callScript(
    store.redis,
    "advance-feed",
    [own.feed, own.open, own.dead, keys.attempts, keys.exec],
    args,
  );
  return {
    effects: effects.map((effect) => effectNames[effect] ?? "none"),
    wake: wake === 1,
    sealed: sealAnswer(seal),
    complete: deliveries === 0 ? undefined : { deliveries, events },
  };
}

/** Deliveries that were sealed, as they were stored. */
export function sealedRecords(
  deliveries: readonly DeliveryRecord[],
  { complete }: Pick<Advance, "complete">,
): DeliveryRecord[] {
  const last = deliveries.length - 1;
  return deliveries.map((record, at) => (at === last && complete !== undefined ? { ...record, complete } : record));
}

/** Seals deliveries and moves the cursor; see {@link advanceFeed}. */
export async function sealDeliveries(store: Store, address: FeedAddress, seal: Seal): Promise<Advance["sealed"]> {
  const { sealed } = await advanceFeed(store, address, { settlements: [], seal, maxParked: 0 });
  return sealed;
}

function sealAnswer(code: number): Advance["sealed"] {
  switch (code) {
    case 1:
      return "sealed";
    case 0:
      return "nothing";
    case ScriptError.stale:
      return "stale";
    case ScriptError.feedClosed:
      return "closed";
    default:
      throw scriptError(code, "advance-feed");
  }
}
