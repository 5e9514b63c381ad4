import type { FailureGroup } from "@crewstream/contracts";
import { countDeliveries, type Store } from "@crewstream/redis";
import type { Identity } from "../auth/tokens.ts";
import { listedDeliveries } from "./deliveries.ts";
import { ownDeliveries } from "./own-deliveries.ts";

/** Enough to see what is wrong; more would only make the response slower. */
const maxGrouped = 2000;
const pageLength = 500;
/** Pages may be empty. */
const maxPages = 20;

/** Failed deliveries that a token may see, grouped by where and how they failed; largest group first. */
export async function failureGroups(
  store: Store,
  { own, name }: Identity,
  { state, endpoint }: { state: "retrying" | "dead"; endpoint: string | undefined },
): Promise<{ items: FailureGroup[]; looked_at: number; total: number }> {
  const groups = new Map<string, FailureGroup>();
  let looked = 0;
  let cursor: string | undefined;
  let pages = 0;
  do {
    const wanted = { execution: undefined, endpoint, limit: pageLength, cursor };
    const page = own ? await ownDeliveries(store, name, state, wanted) : await listedDeliveries(store, state, wanted);
    pages += 1;
    for (const { id, events, endpoint: at, origin, outcome, status, reason } of page.items) {
      const key = JSON.stringify([at, outcome, status, reason]);
      const group = groups.get(key) ?? {
        endpoint: at,
        origin,
        outcome,
        status,
        reason,
        deliveries: 0,
        events: 0,
        example: id,
      };
      group.deliveries += 1;
      group.events += events;
      groups.set(key, group);
    }
    looked += page.items.length;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && looked < maxGrouped && pages < maxPages);
  const items = [...groups.values()].sort((a, b) => b.deliveries - a.deliveries);
  return { items, looked_at: looked, total: own ? looked : await countDeliveries(store, state, endpoint) };
}
