import { once } from "node:events";
import { AppError, automationNameSchema, ErrorCode, type UnavailableAutomation } from "@crewstream/contracts";
import type { Logger } from "@crewstream/service";
import type { FindOptions, ServedEntry } from "../registry.ts";
import { fromWire, type FromThread, type ToThread } from "./protocol.ts";
import type { ThreadPool } from "./thread-pool.ts";

/** The automations that a thread found under a folder: those that load, by name, and the rest. */
export interface FoundInThread {
  served: Map<string, ServedEntry>;
  pythonFolders: string[];
  unavailable: UnavailableAutomation[];
}

/**
 * The automations under a folder, found by a thread, which is kept as the first one for runs. Automations that do not
 * load are logged with path and reason; the others are served.
 * @throws AppError `configuration` if the folder cannot be read
 */
export async function findInThread(pool: ThreadPool, options: FindOptions, log: Logger): Promise<FoundInThread> {
  const thread = pool.take();
  const order: ToThread = { type: "find", options };
  const died = once(thread, "exit").then((): never => {
    throw new AppError("An automation ended its thread while it was loaded.", { code: ErrorCode.configuration });
  });
  const answered = once(thread, "message");
  thread.postMessage(order);
  const [answer] = (await Promise.race([answered, died])) as [FromThread];
  // The thread is kept, and will exit at some point.
  died.catch(() => undefined);
  if (answer.type === "interrupted") throw fromWire(answer.error);
  if (answer.type !== "found") throw new AppError("The thread answered something else.", { code: ErrorCode.internal });
  pool.giveBack(thread);
  const { entries, pythonFolders, warnings, problems } = answer.registry;
  for (const { path, warning } of warnings) log.warn({ path, warning }, "automation.warning");
  for (const { path, reason } of problems) log.error({ path, reason }, "automation.not_loaded");
  const served = new Map(entries.map((entry) => [entry.announcement.name, entry]));
  const unavailable = problems
    .filter(({ name }) => !served.has(name) && automationNameSchema.safeParse(name).success)
    .map(({ name, reason }) => ({ name, runtime: "typescript" as const, state: "failed" as const, reason }));
  return { served, pythonFolders, unavailable };
}
