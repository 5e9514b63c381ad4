import { readFile } from "node:fs/promises";
import { type Crew, defineCrew, defineTool } from "@crewstream/crew";
import {
  eventProblems,
  linesOf,
  type RecordedLine,
  type ScriptedAnswer,
  scriptedModel,
  testContext,
} from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { readProject } from "../load-project.ts";
import { testProject } from "../testing/test-project.ts";

/**
 * What CrewAI 1.15.30 emitted for planning agents, with a model that gave these answers: `number type parent start` and
 * the planning fields. Omitted are the flow around each agent and the second llm_call_failed that it emits for one
 * call; what that wrongly closes is at its correct position. Parallel steps end in the order in which they started.
 */
interface Recorded {
  agent: Record<string, unknown>;
  tools: boolean;
  answers: Record<Kind, RawAnswer | RawAnswer[]>;
  result: string;
  events: RecordedLine[];
}
type Kind = "plan" | "observe" | "step" | "synth";
type RawAnswer = string | number | { tool: string; args: unknown } | Record<string, unknown>;

const recorded = JSON.parse(
  await readFile(new URL("fixtures/crewai-planning.json", import.meta.url), "utf8"),
) as Record<string, Recorded>;

const search = defineTool({
  name: "search",
  description: "Searches",
  input: z.object({ query: z.string() }),
  run: ({ query }) => `News about ${query}`,
});

function player(answers: Recorded["answers"]): ReturnType<typeof scriptedModel> {
  const left = structuredClone(answers);
  return scriptedModel(({ tools, responseFormat, prompt }): ScriptedAnswer => {
    const asked = JSON.stringify(prompt);
    const kind: Kind =
      tools?.[0]?.name === "create_reasoning_plan"
        ? "plan"
        : responseFormat?.type === "json"
          ? "observe"
          : asked.includes("All steps of this task are done")
            ? "synth"
            : "step";
    const queue = left[kind];
    const answer = Array.isArray(queue) ? (queue.shift() ?? "I did it.") : queue;
    if (typeof answer === "string") return answer;
    if (typeof answer === "number") return { error: new Error(`HTTP ${answer}`) };
    if ("tool" in answer) return { tools: [{ name: answer["tool"] as string, args: answer["args"] }] };
    return JSON.stringify(answer);
  });
}

async function played({ agent, tools, answers }: Recorded) {
  const project = {
    "crew.json": {
      name: "planned",
      agents: ["worker"],
      tasks: [{ name: "t", description: "Do it", expected_output: "e", agent: "worker" }],
    },
    "agents/worker.json": { role: "Worker", goal: "g", backstory: "b", ...agent },
  };
  await using files = await testProject(project);
  const { automation, findings } = await readProject(files.dir);
  expect(findings).toEqual([]);
  const { definition } = automation as Crew;
  const model = { language: player(answers), maxAttempts: 1 };
  const worker = { ...definition.agents["worker"]!, model, ...(tools ? { tools: [search] } : {}) };
  const context = testContext();
  const agents: Crew["definition"]["agents"] = { worker };
  const outcome = await defineCrew({ ...definition, agents }).run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  return { outcome, events: context.sink.events };
}

/** Where ours differs on purpose: an invalid judgement does not fail the call, only the judgement. */
function expected(name: string, { events }: Recorded): RecordedLine[] {
  if (name !== "medium_badobs") return events;
  return events.map(([line, data]) => {
    const corrected = line.replace("llm_call_failed", "llm_call_completed");
    return data === undefined ? [corrected] : [corrected, data];
  });
}

test.each(Object.entries(recorded))("like CrewAI: %s", async (name, scenario) => {
  const { outcome, events } = await played(scenario);
  const wanted = expected(name, scenario);
  expect(linesOf(events, wanted)).toEqual(wanted);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: scenario.result });
});
