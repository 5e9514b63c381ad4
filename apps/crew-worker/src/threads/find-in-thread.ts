import { once } from "node:events";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Logger } from "@crewstream/service";
import type { FindOptions, ServedEntry } from "../registry.ts";
import { fromWire, type FromThread, type ToThread } from "./protocol.ts";
import type { ThreadPool } from "./thread-pool.ts";

/**
 * The automations under a folder, by name, found by a thread, which stays as the first one for runs. What does not
 * load is logged with its path and reason; the others serve.
 * @throws AppError `configuration` when the folder cannot be read
 */
export async function findInThread(
  pool: ThreadPool,
  options: FindOptions,
  log: Logger,
): Promise<Map<string, ServedEntry>> {
  const thread = pool.take();
  const order: ToThread = { type: "find", options };
  const died = once(thread, "exit").then((): never => {
    throw new AppError("An automation ended its thread while it was loaded.", { code: ErrorCode.configuration });
  });
  const answered = once(thread, "message");
  thread.postMessage(order);
  const [answer] = (await Promise.race([answered, died])) as [FromThread];
  // The thread lives on, and its exit is expected one day.
  died.catch(() => undefined);
  if (answer.type === "interrupted") throw fromWire(answer.error);
  if (answer.type !== "found") throw new AppError("The thread answered something else.", { code: ErrorCode.internal });
  pool.giveBack(thread);
  for (const { path, warning } of answer.registry.warnings) log.warn({ path, warning }, "automation.warning");
  for (const { path, reason } of answer.registry.problems) log.error({ path, reason }, "automation.not_loaded");
  return new Map(answer.registry.entries.map((entry) => [entry.announcement.name, entry]));
}
