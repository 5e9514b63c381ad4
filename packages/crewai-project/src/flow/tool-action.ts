import type { Tool } from "@crewstream/crew";
import {
  currentScope,
  errorFields,
  resultText,
  runTool,
  Span,
  step,
  stepScope,
  toolEvents,
} from "@crewstream/crew/parts";

interface Used {
  value: unknown;
  startedAt: string;
  finishedAt: string;
}

/**
 * Runs a tool for a flow's method, exactly once per run, between `tool_usage_started` and its ending. Rejects with what
 * the tool throws or reports, or with what is wrong with its arguments.
 */
export async function callFlowTool(tool: Tool, args: unknown): Promise<unknown> {
  const method = currentScope("a flow's tool action");
  const { run } = method;
  const at = method.at(`tool:${tool.name}`);
  const ordinal = run.nextOrdinal(at.path, "tool");
  const input = { tool: tool.name, args };
  const scope = stepScope(ordinal === 0 ? at : method.at(`tool:${tool.name}#${ordinal}`), input);
  const events = toolEvents(scope, { name: tool.name }, args, { agent: null, policy: "warn" });
  const span = new Span(scope, "tool_usage_started", events.started());
  const used = await step<Used>(scope, {
    kind: "tool",
    input,
    async perform(inner) {
      const startedAt = run.context.now().toISOString();
      const value = await runTool(span.scope.derive({ usage: inner.usage }), tool, tool.parse(args));
      return { value, startedAt, finishedAt: run.context.now().toISOString() };
    },
    close(outcome) {
      if (!outcome.ok) {
        span.end({ type: "tool_usage_error", data: events.error(errorFields(scope, outcome.failure)) });
        return;
      }
      const { value, ...times } = outcome.value;
      const result = { ...times, text: resultText(value), failure: null, fromCache: false };
      span.end({ type: "tool_usage_finished", data: events.finished(result) });
    },
  });
  return used.value;
}
