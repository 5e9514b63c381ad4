import type { ExecutionId } from "@crewstream/contracts";
import { z } from "zod";
import { runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/** Lines stored per execution: the newest. */
export const maxLogLines = 500;

const lineSchema = z.object({
  /** ms since 1970. */
  at: z.number(),
  output: z.enum(["stdout", "stderr"]),
  line: z.string(),
});

/** A line that an automation printed while it ran. */
export type LogLine = z.infer<typeof lineSchema>;

/** Adds lines to an execution's log; those of an execution that is gone are dropped. */
export async function appendLogs(store: Store, id: ExecutionId, lines: readonly LogLine[]): Promise<void> {
  const { exec, logs } = store.keys.execution(id);
  const texts = lines.slice(-maxLogLines).map((line) => JSON.stringify(line));
  await runScript(store.redis, "append-logs", [exec, logs], [maxLogLines, ...texts]);
}

/** An execution's log, oldest first: its newest {@link maxLogLines} lines. */
export async function readLogs(store: Store, id: ExecutionId): Promise<LogLine[]> {
  const entries = await store.redis.xrange(store.keys.execution(id).logs, "-", "+");
  return entries.map(([, fields]) => lineSchema.parse(JSON.parse(fields[1] ?? "{}")));
}
