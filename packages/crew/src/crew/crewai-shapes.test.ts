import { expect, test } from "vitest";
import { z } from "zod";
import type { RuntimeEvent } from "../run-context.ts";
import { eventProblems, scriptedModel, testContext, type ScriptedAnswer } from "../testing/index.ts";
import { defineTool } from "../tools/tool.ts";
import type { TaskDefinition } from "../task/task.ts";
import type { AgentDefinition } from "../agent/agent.ts";
import { defineCrew } from "./define-crew.ts";

// What CrewAI 1.15.30 wrote into the same events for the same model responses, as receivers see it.

const search = defineTool({
  name: "search_web",
  description: "Searches the web",
  input: z.object({ query: z.string() }),
  run: ({ query }) => {
    if (query === "boom") throw new TypeError("upstream 503");
    return `News about ${query}`;
  },
});
const call = (name: string, args: object): ScriptedAnswer => ({ tools: [{ name, args }] });

async function eventsOf(
  answers: ScriptedAnswer[],
  task: Partial<TaskDefinition> = {},
  agent: Partial<AgentDefinition> = {},
): Promise<(type: string) => RuntimeEvent["data"][]> {
  const model = scriptedModel(answers);
  const context = testContext();
  const crew = defineCrew({
    agents: {
      a: { role: "Researcher", goal: "g", backstory: "b", model, tools: [search], ...agent },
      b: { role: "Writer", goal: "g", backstory: "b", model },
    },
    tasks: [
      { name: "research", description: "Find it.\nAll of it.", expectedOutput: "facts", ...task, agent: "a" as const },
    ],
  });
  await crew.run(context);
  const { events } = context.sink;
  expect(eventProblems(events)).toEqual([]);
  return (type) => events.filter((event) => event.type === type).map(({ data }) => data);
}

test("an agent's log begins with its task's full description, and a call without tools has none", async () => {
  const of = await eventsOf(["Done."], {}, { tools: [] });
  expect(of("agent_logs_started")).toMatchObject([{ task_description: "Find it.\nAll of it." }]);
  expect(of("llm_call_started")).toMatchObject([{ tools: null }]);
});

test("a failed tool's event names its agent, and the failure is stored with its arguments as an object", async () => {
  const of = await eventsOf([call("search_web", { query: "boom" }), call("nope", { a: 1 }), "Done."]);
  expect(of("tool_failure_detected")).toMatchObject([
    {
      agent: { role: "Researcher" },
      failure: { message: "upstream 503", reason: "exception", code: "TypeError", retryable: false, details: {} },
      policy: "warn",
      plan_step_number: null,
    },
    { failure: { reason: "unknown_tool", code: "nope" } },
  ]);
  const { tool_failures: kept } = of("task_completed")[0]!["output"] as { tool_failures: object[] };
  expect(kept).toMatchObject([
    { tool_name: "search_web", tool_args: { query: "boom" }, agent_role: "Researcher", task_name: "research" },
    { tool_name: "nope", tool_args: { a: 1 } },
  ]);
});

test("an unknown coworker is reported to the model, and does not count as a tool failure", async () => {
  const ask = call("ask_question_to_coworker", { question: "How?", context: "c", coworker: "Nobody" });
  const of = await eventsOf([ask, "Done."], {}, { allowDelegation: true, toolFailurePolicy: "raise" });
  expect(of("tool_failure_detected")).toEqual([]);
  expect(of("tool_usage_finished")).toMatchObject([{ output: expect.stringContaining("Writer") as string }]);
  expect(of("crew_kickoff_completed")).toHaveLength(1);
});

test("a guardrail's events name the agent, and a task that it fails reports that in CrewAI's words", async () => {
  const guardrails = [() => ({ valid: false as const, feedback: "too short" })];
  const of = await eventsOf(["no", "still no"], { guardrails, guardrailMaxRetries: 1 });
  expect(of("llm_guardrail_completed")).toMatchObject([
    { agent_role: "Researcher", agent_id: expect.any(String) as string, task_name: "research" },
    { agent_role: "Researcher" },
  ]);
  expect(of("task_failed")).toMatchObject([
    { error: "Task failed guardrail validation after 1 retries. Last error: too short", error_type: "AppError" },
  ]);
});

test("a judge for a rule in words gets a text prompt, like CrewAI's lite agents", async () => {
  const judgement = JSON.stringify({ valid: true, feedback: null });
  const of = await eventsOf(["Done.", judgement], { guardrails: ["Be long"] });
  expect(of("lite_agent_execution_started")).toMatchObject([
    { agent_info: { role: "Guardrail Agent" }, messages: expect.stringContaining("Be long") as string },
  ]);
});

test("output_pydantic is in pydantic, also after a retry; the answer that fits is the raw one", async () => {
  const outputSchema = z.object({ score: z.int() });
  const of = await eventsOf(["three", '{"score": 3}'], { outputSchema, outputFormat: "pydantic" });
  const output = { raw: '{"score": 3}', pydantic: { score: 3 }, output_format: "pydantic" };
  expect(of("task_completed")).toMatchObject([{ output }]);
  expect(of("crew_kickoff_completed")).toMatchObject([{ output }]);
  expect(of("llm_call_completed")).toMatchObject([{ agent_role: "Researcher" }, { agent_role: "Researcher" }]);
  const plain = await eventsOf(['{"score": 3}'], { outputSchema });
  expect(plain("task_completed")).toMatchObject([
    { output: { pydantic: null, json_dict: { score: 3 }, output_format: "json" } },
  ]);
});
