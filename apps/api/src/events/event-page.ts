import { compileSelector, underName, type ExecutionId, type StoredEvent } from "@crewstream/contracts";
import { readEvents, type Store } from "@crewstream/redis";

/** Maximum size of a page's events together; an event may be 1 MiB, so a maximum number alone is not enough. */
const maxPageBytes = 4 * 1024 * 1024;
/** Entries that one page reads in search of selected events. */
const maxScanned = 5000;
/** A first read shows how large this execution's events are: if it were larger, large events would take seconds. */
const firstRead = 4;

export interface EventPage {
  events: StoredEvent[];
  /** Everything up to here has been checked: the next page begins after it. */
  scanned: number;
}

/**
 * Events of an execution after a sequence number, in order: at most `limit`, 4 MiB (or one event alone), and 5,000
 * entries read. An event selected by an alias has the alias as its type, as in a webhook.
 * @param types names, prefixes and aliases as in a subscription; undefined selects all
 */
export async function readEventPage(
  store: Store,
  id: ExecutionId,
  request: { after: number; limit: number; types?: readonly string[] | undefined },
): Promise<EventPage> {
  const select = compileSelector(request.types ?? ["*"]);
  const events: StoredEvent[] = [];
  let scanned = request.after;
  let bytes = 0;
  let looked = 0;
  for (let count = Math.min(firstRead, request.limit); ;) {
    const batch = await readEvents(store, id, { from: scanned + 1, limit: count });
    for (const event of batch) {
      const name = select(event.type);
      if (name !== undefined) {
        if (events.length > 0 && bytes + event.json.length > maxPageBytes) return { events, scanned };
        events.push({ ...event, type: name, json: underName(event, name) });
        bytes += event.json.length;
      }
      scanned = event.seq;
      looked += 1;
      if (events.length === request.limit) return { events, scanned };
    }
    if (batch.length < count || looked >= maxScanned) return { events, scanned };
    const maxEntries = request.types === undefined ? request.limit - events.length : maxScanned - looked;
    count = nextCount(batch, maxEntries, maxPageBytes - bytes);
  }
}

/** As many entries as fit into the rest of a page, judging by the size of those just read. */
function nextCount(batch: readonly StoredEvent[], maxEntries: number, bytesLeft: number): number {
  const average = batch.reduce((sum, event) => sum + event.json.length, 0) / batch.length;
  return Math.max(1, Math.min(maxEntries, 1000, Math.ceil(bytesLeft / Math.max(1, average))));
}
