import { enclosed } from "../run/enclosed.ts";
import type { Scope } from "../run/scope.ts";
import { ToolReportedFailure } from "./failure.ts";
import { toolContext } from "./tool-context.ts";
import type { Tool } from "./tool.ts";

/**
 * Runs a tool with validated arguments and returns its result. Rejects with what it throws or reports, with the
 * signal's reason if the work is cancelled, and for a tool that must not run twice if an earlier execution of the run
 * had started it.
 */
export async function runTool(scope: Scope, tool: Tool, args: unknown): Promise<unknown> {
  if (tool.idempotent === false && (await wasBegun(scope))) {
    throw new ToolReportedFailure(
      `Tool '${tool.name}' was interrupted and is not run again: it is not known whether it took effect`,
      { reason: "exception", code: "interrupted" },
    );
  }
  const value = await enclosed(scope, async (inner) => tool.run(args, toolContext(inner)));
  if (value instanceof ToolReportedFailure) throw value;
  return value;
}

/** Records that a tool is about to run; returns whether that was recorded before, so that it may have run already. */
async function wasBegun(scope: Scope): Promise<boolean> {
  const { path } = scope.at("begun");
  if (scope.run.context.journal.read(path) !== undefined) return true;
  await scope.run.record(path, { kind: "value", value: true });
  return false;
}
