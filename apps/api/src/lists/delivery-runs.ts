import { parseExecutionId, type Delivery } from "@crewstream/contracts";
import { readExecutionBriefs, readFeedHead, type Store } from "@crewstream/redis";
import { shownUrl } from "../views/endpoint-url.ts";

/**
 * Adds what deliveries do not record themselves: the automation of their run, and their URL where only an attempt is left
 * of them. Each run and each feed is read once.
 */
export async function withRuns(store: Store, items: readonly Delivery[]): Promise<Delivery[]> {
  const ids = [...new Set(items.map((item) => item.execution_id))].flatMap((id) => parseExecutionId(id) ?? []);
  const feeds = new Map(items.filter(({ url }) => url === null).map((item) => [feedKey(item), item]));
  const [briefs, urls] = await Promise.all([
    readExecutionBriefs(store, ids),
    Promise.all([...feeds].map(async ([key, item]) => [key, await urlOf(store, item)] as const)),
  ]);
  const automations = new Map(briefs.map((brief) => [String(brief?.id), brief?.automation ?? null]));
  const urlByFeed = new Map(urls);
  return items.map((item) => ({
    ...item,
    automation: automations.get(item.execution_id) ?? null,
    url: item.url ?? urlByFeed.get(feedKey(item)) ?? null,
  }));
}

function feedKey({ execution_id: id, feed }: Delivery): string {
  return `${id}:${feed}`;
}

async function urlOf(store: Store, { execution_id: text, feed }: Delivery): Promise<string | null> {
  const id = parseExecutionId(text);
  const head = id === undefined ? undefined : await readFeedHead(store, id, feed);
  return head === undefined ? null : shownUrl(head.subscription.url);
}
