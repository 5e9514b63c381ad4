import { randomUUID } from "node:crypto";
import type { Store } from "../store.ts";

/** A request to wake what waits for an endpoint; it is stored until that is done. */
export interface ExpediteRequest {
  endpoint: string;
  /** Distinguishes it from later requests for the same endpoint, which are not done when this one is. */
  id: string;
}

/** Stores a request, so that it survives the process that is to carry it out, and an outage of Redis. */
export async function addExpediteRequest({ redis, keys }: Store, endpoint: string): Promise<ExpediteRequest> {
  const request = { endpoint, id: randomUUID() };
  await redis.sadd(keys.expediteRequests, memberOf(request));
  return request;
}

export async function readExpediteRequests({ redis, keys }: Store): Promise<ExpediteRequest[]> {
  const members = await redis.smembers(keys.expediteRequests);
  return members.map((member) => {
    const [endpoint = "", id = ""] = member.split("/");
    return { endpoint, id };
  });
}

export async function removeExpediteRequests(
  { redis, keys }: Store,
  requests: readonly ExpediteRequest[],
): Promise<void> {
  if (requests.length > 0) await redis.srem(keys.expediteRequests, ...requests.map(memberOf));
}

/** Ids of endpoints are base64url: they have no slash. */
function memberOf({ endpoint, id }: ExpediteRequest): string {
  return `${endpoint}/${id}`;
}
