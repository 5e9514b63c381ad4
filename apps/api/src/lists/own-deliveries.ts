import { parseExecutionId, type DeliveryViewState, type ExecutionId } from "@crewstream/contracts";
import { listExecutions, readStarter, type Store } from "@crewstream/redis";
import { z } from "zod";
import { decodeCursor, encodeCursor, positionSchema } from "./cursor.ts";
import { deliveredDeliveries } from "./delivered.ts";
import { listedDeliveries, pendingOf, type DeliveriesPage, type DeliveriesRequest } from "./deliveries.ts";

/** Executions that one request reads; each costs a few commands. */
const maxLooked = 200;

/** After which execution a page ended, and where within the next one. */
const cursorSchema = z.object({ before: positionSchema.optional(), within: z.string().optional() });

/** Deliveries in a state: those of one execution, or of all that a token started, newest execution first. */
export async function ownDeliveries(
  store: Store,
  token: string,
  state: DeliveryViewState,
  request: DeliveriesRequest,
): Promise<DeliveriesPage> {
  const { execution } = request;
  if (execution !== undefined) {
    const isOwn = (await readStarter(store, execution)) === token;
    return isOwn ? deliveriesOf(store, execution, state, request) : { items: [], next: null };
  }
  let { before, within } = decodeCursor(cursorSchema, request.cursor) ?? {};
  const items: DeliveriesPage["items"] = [];
  for (let looked = 0; looked < maxLooked;) {
    const limit = Math.min(maxLooked - looked, 50);
    const executions = await listExecutions(store, { kind: "by", token }, { before, limit });
    for (const place of executions) {
      const id = parseExecutionId(place.id);
      const rest = { ...request, limit: request.limit - items.length, cursor: within };
      const page = id === undefined ? undefined : await deliveriesOf(store, id, state, rest);
      items.push(...(page?.items ?? []));
      within = page?.next ?? undefined;
      if (within === undefined) before = place;
      looked += 1;
      if (items.length >= request.limit || within !== undefined) return { items, next: next(before, within) };
    }
    if (executions.length < limit) return { items, next: null };
  }
  return { items, next: next(before, within) };
}

function next(before: z.output<typeof positionSchema> | undefined, within: string | undefined): string {
  return encodeCursor({ ...(before === undefined ? {} : { before }), ...(within === undefined ? {} : { within }) });
}

/** Deliveries of one execution in a state. */
export function deliveriesOf(
  store: Store,
  execution: ExecutionId,
  state: DeliveryViewState,
  request: DeliveriesRequest,
): Promise<DeliveriesPage> {
  const wanted = { ...request, execution };
  if (state === "delivered") return deliveredDeliveries(store, wanted);
  if (state === "pending") return pendingOf(store, execution, wanted);
  return listedDeliveries(store, state, wanted);
}
