import { parseDeliveryId, parseExecutionId, type Delivery, type ExecutionId } from "@crewstream/contracts";
import {
  listDeliveries,
  readDeadLetter,
  readDeadLetters,
  readFeed,
  readFeedHead,
  readOpenDelivery,
  waitsForRetry,
  type Store,
} from "@crewstream/redis";
import { openDeliveryView } from "../views/delivery.ts";
import { decodeCursor, encodeCursor, positionSchema, type Position } from "./cursor.ts";
import { breakerOf } from "./feed-breaker.ts";

export interface DeliveriesRequest {
  execution: ExecutionId | undefined;
  endpoint: string | undefined;
  outcome?: string | undefined;
  status?: number | undefined;
  reason?: string | undefined;
  limit: number;
  cursor: string | undefined;
}

export interface DeliveriesPage {
  items: Delivery[];
  next: string | null;
}

/** Entries that one request reads in search of matching ones. */
const maxScanned = 1000;

/** Deliveries that wait for a retry, latest due first, or dead letters, newest first. */
export async function listedDeliveries(
  store: Store,
  state: "retrying" | "dead",
  request: DeliveriesRequest,
): Promise<DeliveriesPage> {
  if (request.execution !== undefined) return ofExecution(store, request.execution, state, request);
  let before = decodeCursor(positionSchema, request.cursor);
  const items: Delivery[] = [];
  for (let looked = 0; looked < maxScanned;) {
    const limit = Math.min(maxScanned - looked, request.limit);
    const page = await readPlaces(store, state, { endpoint: request.endpoint, before, limit });
    const deliveries = await Promise.all(page.map(({ id }) => readListed(store, state, id)));
    for (const [index, place] of page.entries()) {
      before = place;
      const delivery = deliveries[index];
      if (delivery !== undefined && matches(delivery, request)) items.push(delivery);
      if (items.length === request.limit) return { items, next: encodeCursor(before) };
    }
    looked += page.length;
    if (page.length < limit) return { items, next: null };
  }
  return { items, next: before === undefined ? null : encodeCursor(before) };
}

/** Positions of one endpoint, or of all partitions merged. */
async function readPlaces(
  store: Store,
  state: "retrying" | "dead",
  options: { endpoint: string | undefined; before: Position | undefined; limit: number },
): Promise<Position[]> {
  const { endpoint, before, limit } = options;
  const scopes =
    endpoint === undefined
      ? Array.from({ length: store.partitions }, (_, partition) => ({ partition }))
      : [{ endpoint }];
  const lists = await Promise.all(scopes.map((scope) => listDeliveries(store, scope, state, { before, limit })));
  return lists.flat().sort(newestFirst).slice(0, limit);
}

function newestFirst(a: Position, b: Position): number {
  return b.at - a.at || (a.id < b.id ? 1 : -1);
}

/** Whether a delivery's last failure matches the filter. */
export function matches(delivery: Delivery, { endpoint, outcome, status, reason }: DeliveriesRequest): boolean {
  if (endpoint !== undefined && delivery.endpoint !== endpoint) return false;
  if (outcome !== undefined && delivery.outcome !== outcome) return false;
  if (reason !== undefined && delivery.reason !== reason) return false;
  return status === undefined || delivery.status === status;
}

/** A listed delivery; undefined if its state has changed since, or it has expired. */
async function readListed(store: Store, state: "retrying" | "dead", id: string): Promise<Delivery | undefined> {
  const address = parseDeliveryId(id);
  if (address === undefined) return undefined;
  const { executionId, feed, first } = address;
  const [head, record] = await Promise.all([
    readFeedHead(store, executionId, feed),
    state === "dead" ? readDeadLetter(store, address, first) : readOpenDelivery(store, address, first),
  ]);
  if (head === undefined || record === undefined) return undefined;
  return openDeliveryView(head, address, state, record, await breakerOf(store, head));
}

/**
 * Deliveries of one execution, feed by feed in stream order; a position is a feed and a first event's sequence number.
 */
async function ofExecution(
  store: Store,
  id: ExecutionId,
  state: "pending" | "retrying" | "dead",
  request: DeliveriesRequest,
): Promise<DeliveriesPage> {
  const after = decodeCursor(positionSchema, request.cursor);
  const items: Delivery[] = [];
  for (let feed = Number(after?.id ?? 0); ; feed += 1) {
    const found = await ofFeed(store, { executionId: id, feed }, state);
    if (found === undefined) break;
    for (const item of found) {
      if (after !== undefined && feed === Number(after.id) && (item.first ?? 0) <= after.at) continue;
      if (!matches(item, request)) continue;
      items.push(item);
      if (items.length === request.limit) {
        return { items, next: encodeCursor({ id: String(feed), at: item.first ?? 0 }) };
      }
    }
  }
  return { items, next: null };
}

/** Deliveries of a feed in a state; undefined if there is no such feed. */
async function ofFeed(
  store: Store,
  address: { executionId: ExecutionId; feed: number },
  state: "pending" | "retrying" | "dead",
): Promise<Delivery[] | undefined> {
  const feed = await readFeed(store, address);
  if (feed === undefined) return undefined;
  const records =
    state === "dead"
      ? await readDeadLetters(store, address)
      : feed.open.filter((open) => waitsForRetry(open) === (state === "retrying"));
  const breaker = await breakerOf(store, feed);
  return records.map((record) => openDeliveryView(feed, { ...address, first: record.first }, state, record, breaker));
}

/** Deliveries in flight, of one execution. */
export function pendingOf(store: Store, id: ExecutionId, request: DeliveriesRequest): Promise<DeliveriesPage> {
  return ofExecution(store, id, "pending", request);
}

/** An execution's id from a query; undefined for text that cannot be one. */
export function executionFilter(text: string | undefined): ExecutionId | "none" | undefined {
  return text === undefined ? undefined : (parseExecutionId(text) ?? "none");
}
