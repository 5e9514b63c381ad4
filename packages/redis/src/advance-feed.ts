import type { DeliveryRecord, Settlement } from "./deliveries.ts";
import type { FeedAddress } from "./feeds.ts";
import { ScriptError, scriptError } from "./script-errors.ts";
import { callScript } from "./scripts.ts";
import type { Store } from "./store.ts";

/** Attempts kept per execution. */
const attemptLogLength = 1000;

/** Deliveries to record before a byte is sent, and the way the cursor goes over what was read for them. */
export interface Seal {
  from: number;
  to: number;
  deliveries: readonly DeliveryRecord[];
}

/** What writing down an attempt did: nothing when someone else had settled the delivery before. */
export type SettlementEffect = "none" | "settled" | "took_back_dead_letter";

const effectNames: readonly SettlementEffect[] = ["none", "settled", "took_back_dead_letter"];

export interface Advance {
  /** What each settlement did. */
  effects: SettlementEffect[];
  /** The feed had stopped at its parked limit, and is to be woken. */
  wake: boolean;
  /** `stale`: someone else has moved the cursor, read the feed again. `closed`: the subscription has ended. */
  sealed: "sealed" | "stale" | "closed" | "nothing";
}

/** Writes down what became of deliveries, with their attempts, and seals the next ones: one script for a whole turn. */
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
    args.push(step.seal.from, step.seal.to);
    for (const delivery of step.seal.deliveries) args.push(delivery.first, JSON.stringify(delivery));
  }
  const [seal = 0, wake, ...effects] = await callScript(
    store.redis,
    "advance-feed",
    [own.feed, own.open, own.dead, keys.attempts],
    args,
  );
  return {
    effects: effects.map((effect) => effectNames[effect] ?? "none"),
    wake: wake === 1,
    sealed: sealAnswer(seal),
  };
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
