import { errorMessage } from "@crewstream/contracts";
import { callModel } from "../../llm/call-model.ts";
import type { ModelRequest } from "../../llm/model-request.ts";
import type { ModelAnswer } from "../../llm/answer.ts";
import { resolveModel } from "../../llm/resolve-model.ts";
import { planQuestion, plannerRole, refineQuestion, toolNames } from "../../prompts/planning-prompt.ts";
import type { Scope } from "../../run/scope.ts";
import { Span, within } from "../../run/span.ts";
import { interpolate } from "../../task/interpolate.ts";
import { toolEvents } from "../../tools/tool-events.ts";
import type { Assignment } from "../assignment.ts";
import { planTool, readPlan, type Plan } from "./plan.ts";
import type { Planning } from "./planning.ts";

/**
 * Has a model plan the task until it declares the plan ready or the limit is reached; each refinement is nested in the
 * first attempt, as in CrewAI. Undefined if no plan could be made, which is not a failure: the agent then works without
 * one.
 */
export async function makePlan(
  outer: Scope,
  assignment: Assignment,
  planning: Planning,
  task: string,
): Promise<Plan | undefined> {
  const scope = named(outer);
  const span = new Span(scope, "agent_reasoning_started", reasoning(scope, 1));
  try {
    return await within(
      span,
      async () => {
        const planner = await plannerOf(assignment, planning, outer);
        let made = await planner.ask(span.scope.at("attempt:1"), planner.question(task));
        for (let attempt = 2; !made.ready && attempt <= planning.maxAttempts; attempt += 1) {
          made = await refined(span.scope.at(`attempt:${attempt}`), attempt, planner, made);
        }
        span.end({
          type: "agent_reasoning_completed",
          data: { ...reasoning(scope, 1), plan: made.plan, ready: made.ready },
        });
        return made;
      },
      (error) => ({ type: "agent_reasoning_failed", data: { ...reasoning(scope, 1), error: errorMessage(error) } }),
    );
  } catch (error) {
    if (outer.run.passesThrough(error) || outer.signal.aborted) throw error;
    return undefined;
  }
}

async function refined(scope: Scope, attempt: number, planner: Planner, before: Plan): Promise<Plan> {
  const span = new Span(scope, "agent_reasoning_started", reasoning(scope, attempt));
  return within(
    span,
    async () => {
      const { plan, ready, steps } = await planner.ask(span.scope, planner.furtherQuestion(before.plan));
      span.end({ type: "agent_reasoning_completed", data: { ...reasoning(scope, attempt), plan, ready } });
      return { plan, ready, steps };
    },
    (error) => ({ type: "agent_reasoning_failed", data: { ...reasoning(scope, attempt), error: errorMessage(error) } }),
  );
}

/** The name that planning events use when there is no task, as in CrewAI. */
function named(scope: Scope): Scope {
  const { identity } = scope;
  return identity.taskId === null ? scope.derive({ identity: { ...identity, taskId: "kickoff" } }) : scope;
}

function reasoning({ identity }: Scope, attempt: number): Record<string, unknown> {
  return { attempt, agent_role: identity.agentRole, task_id: identity.taskId };
}

interface Planner {
  question(task: string): string;
  furtherQuestion(plan: string): string;
  ask(scope: Scope, question: string): Promise<Plan>;
}

async function plannerOf(assignment: Assignment, planning: Planning, { run, identity }: Scope): Promise<Planner> {
  const { agent, tools, shared, task } = assignment;
  const { systemPrompt = plannerRole, planPrompt, refinePrompt, maxSteps } = planning;
  const model = planning.model === undefined ? assignment.model : await resolveModel(run, planning.model);
  const filling = {
    role: agent.role,
    goal: agent.goal,
    backstory: agent.backstory,
    expected_output: task?.["expected_output"] ?? "",
    tools: toolNames(tools),
    max_steps: maxSteps,
  };
  return {
    question: (text) =>
      planPrompt === undefined
        ? planQuestion(text, tools, maxSteps)
        : interpolate(planPrompt, { ...filling, description: text }),
    furtherQuestion: (plan) =>
      refinePrompt === undefined ? refineQuestion(plan) : interpolate(refinePrompt, { ...filling, current_plan: plan }),
    async ask(scope, question) {
      // Calls belong to the task they are made for, or to none.
      const at = scope.derive({ identity });
      const request: ModelRequest = {
        model,
        messages: [
          { role: "system", content: systemPrompt },
          { role: "user", content: [{ type: "text", text: question }] },
        ],
        ...(shared?.limiter === undefined ? {} : { limiter: shared.limiter }),
      };
      try {
        return readPlan(await callModel(at.at("plan"), { ...request, tools: [planTool], inside: showPlanCall }));
      } catch (error) {
        if (at.run.passesThrough(error) || at.signal.aborted) throw error;
        // Some models take no tools: without them, they plan in text.
        return readPlan(await callModel(at.at("in-text"), request));
      }
    },
  };
}

/** The event pair that CrewAI's model client emits for a tool it answers itself, as it does for the planning tool. */
function showPlanCall(scope: Scope, answer: ModelAnswer): void {
  const call = answer.toolCalls.find(({ name }) => name === planTool.name);
  if (call === undefined) return;
  const at = scope.run.context.now().toISOString();
  const made = readPlan(answer);
  const args = {
    plan: made.plan,
    steps: made.steps.map(({ number, description, tool, dependsOn }) => ({
      step_number: number,
      description,
      tool_to_use: tool,
      depends_on: dependsOn,
    })),
    ready: made.ready,
  };
  const events = toolEvents(scope, { name: planTool.name }, args, { agent: null, policy: "warn" });
  const span = new Span(scope, "tool_usage_started", events.started());
  const text = JSON.stringify(args);
  const result = { text, failure: null, startedAt: at, finishedAt: at, fromCache: false };
  span.end({ type: "tool_usage_finished", data: events.finished(result) });
}
