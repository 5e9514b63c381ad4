import type { MethodContext } from "../../flow/flow.ts";
import { currentScope } from "../../run/scope.ts";
import { toolContext } from "../../tools/tool-context.ts";
import type { Tool } from "../../tools/tool.ts";

/**
 * Runs a tool for a flow's method, once in the life of the run. Rejects with what the tool throws, or with what is wrong
 * with its arguments.
 */
export async function callFlowTool(
  tool: Tool,
  args: unknown,
  { step }: MethodContext<Record<string, unknown>>,
): Promise<unknown> {
  const parsed = tool.parse(args);
  return step(`tool:${tool.name}`, () => tool.run(parsed, toolContext(currentScope("a flow's tool action"))));
}
