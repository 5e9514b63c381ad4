import { hasEnded, type ExecutionId, type ExecutionState } from "@crewstream/contracts";
import { isOutage, readExecution, type ExecutionRecord } from "@crewstream/redis";
import type { ApiContext } from "../api-context.ts";

/** What happens to a run that is being followed. */
export type RunUpdate<Page> =
  | { kind: "page"; page: Page }
  /** It waits for people, and all events before that were returned. */
  | { kind: "paused"; record: ExecutionRecord }
  | { kind: "resumed"; state: ExecutionState }
  /** The last item; without a record if it has expired. */
  | { kind: "end"; record: ExecutionRecord | undefined };

/**
 * Follows a run from a position in its stream until it has ended: its events in pages, when it pauses and resumes, and
 * its outcome. Stops without an end when the signal aborts. Waits for a slow reader.
 * @param request.read a page of events after a sequence number; called again after an outage of Redis
 */
export async function* followRun<Page extends { scanned: number }>(
  context: Pick<ApiContext, "store" | "watch">,
  request: { id: ExecutionId; after: number; signal: AbortSignal; read(after: number): Promise<Page> },
): AsyncGenerator<RunUpdate<Page>, void, undefined> {
  const { id, signal } = request;
  let { after } = request;
  let paused = false;
  while (!signal.aborted) {
    const head = await context.watch.beyond(id, after, signal, paused);
    if (head === undefined) return;
    if (head === "gone") {
      yield { kind: "end", record: undefined };
      return;
    }
    if (paused && (head.state !== "PAUSED" || head.seq > after)) {
      paused = false;
      yield { kind: "resumed", state: head.state === "PAUSED" ? "RUNNING" : head.state };
    }
    if (head.seq > after) {
      const page = await request.read(after).catch(ignoreOutage);
      if (page === undefined) continue;
      yield { kind: "page", page };
      after = page.scanned;
      continue;
    }
    if (!hasEnded(head.state) && head.state !== "PAUSED") continue;
    const record = await readExecution(context.store, id).catch(ignoreOutage);
    if (record === undefined || record.seq > after) continue;
    if (hasEnded(record.state)) {
      yield { kind: "end", record };
      return;
    }
    if (record.state !== "PAUSED") continue;
    paused = true;
    yield { kind: "paused", record };
  }
}

function ignoreOutage(error: unknown): undefined {
  if (!isOutage(error)) throw error;
}
