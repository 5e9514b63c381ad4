import { agentPrompt } from "../../prompts/agent-prompt.ts";
import { replanTask } from "../../prompts/planning-prompt.ts";
import type { Scope } from "../../run/scope.ts";
import type { LoopResult } from "../conversation.ts";
import type { Assignment } from "../assignment.ts";
import { doStep, type SharedPlanState } from "./do-step.ts";
import { finalAnswer } from "./final-answer.ts";
import { makePlan } from "./make-plan.ts";
import { inWords, observeStep, plainObservation, type Observation } from "./observe-step.ts";
import { startSteps, type StartedStep } from "./plan-events.ts";
import type { PlanStep } from "./plan-step.ts";
import { planningOf, type Planning } from "./planning.ts";
import { StepList } from "./step-list.ts";
import { verdictOn, type Verdict } from "./verdict.ts";

/**
 * Plans the task and executes the plan step by step, as CrewAI's planning agents do. Undefined if the agent does not
 * plan, if there is no usable plan, or if no step had a result: the agent then works without a plan.
 */
export async function followPlan(scope: Scope, assignment: Assignment): Promise<LoopResult | undefined> {
  const { planning } = assignment.agent.definition;
  // A continued conversation was planned before.
  if (planning === undefined || assignment.history !== undefined) return undefined;
  return await new PlannedWork(scope, assignment, planningOf(planning)).run();
}

class PlannedWork {
  readonly #scope: Scope;
  readonly #assignment: Assignment;
  readonly #planning: Planning;
  readonly #share: SharedPlanState;
  readonly #steps = new StepList();
  #plans = 0;
  #begun = 0;
  #replans = 0;

  constructor(scope: Scope, assignment: Assignment, planning: Planning) {
    this.#scope = scope;
    this.#assignment = assignment;
    this.#planning = planning;
    const tools = new Map(assignment.tools.map((tool) => [tool.name, tool]));
    this.#share = { tools, used: new Map(), failures: [] };
  }

  async run(): Promise<LoopResult | undefined> {
    const { agent, prompt } = this.#assignment;
    await this.#plan(prompt);
    if (this.#steps.all.length === 0 || !(await this.#doAll())) return undefined;
    if (this.#steps.all.every(({ result }) => result === "")) return undefined;
    const text = await finalAnswer(this.#scope.at("answer"), this.#assignment, this.#steps.all);
    const asked = agentPrompt(agent, prompt, this.#scope.run.startedAt);
    const messages: LoopResult["messages"] = [...asked, { role: "assistant", content: [{ type: "text", text }] }];
    return { text, messages, failures: this.#share.failures };
  }

  async #plan(task: string): Promise<void> {
    const scope = this.#scope.at(`plan:${this.#plans}`);
    this.#plans += 1;
    const made = await makePlan(scope, this.#assignment, this.#planning, task);
    if (made?.ready === true && made.steps.length > 0) this.#steps.replacePending(made.steps);
  }

  /** Executes steps until none is left; false if the rest cannot be done by a plan. */
  async #doAll(): Promise<boolean> {
    while (!this.#steps.isComplete) {
      const ready = this.#steps.ready();
      const [only] = ready;
      if (only === undefined) {
        if (!(await this.#replan("none of the remaining steps can begin"))) return false;
      } else if (ready.length > 1) {
        await this.#doBeside(ready);
        const failures = this.#steps.with("failed").length;
        const again = failures >= 2 && this.#replans < this.#planning.maxReplans;
        if (again && !(await this.#replan(`${failures} steps have failed`))) return false;
      } else {
        const { next } = await this.#doOne(only);
        if (next.kind === "done") return true;
        if (next.kind === "replan" && !(await this.#giveUp(next.reason))) return true;
      }
    }
    return true;
  }

  async #doOne(step: PlanStep): Promise<Verdict> {
    return await this.#begin([step]).until(async ([begun]) => {
      const observation = await this.#observe(begun, await this.#work(begun.scope, step));
      const verdict = verdictOn(observation, this.#planning.effort);
      begun.end(verdict.success, verdict.error);
      if (verdict.next.kind === "done") {
        const [done, left] = [this.#steps.with("completed").length, this.#steps.with("pending").length];
        this.#tell("goal_achieved_early", this.#lastDone(), { steps_completed: done, steps_remaining: left });
      }
      if (verdict.next.kind === "refine") this.#refine(step, observation.suggested_refinements ?? []);
      return verdict;
    });
  }

  /**
   * Steps without unfinished dependencies run in parallel; then each is judged in turn, and only whether it succeeded
   * counts.
   */
  async #doBeside(ready: readonly PlanStep[]): Promise<void> {
    await this.#begin(ready).until(async (begun) => {
      const strands = begun.map(({ scope, step }) => ({ step, strand: scope.fork() }));
      const settled = await Promise.allSettled(strands.map(({ step, strand }) => this.#work(strand, step)));
      const last = strands.at(-1);
      if (last !== undefined) this.#scope.join(last.strand);
      for (const outcome of settled) if (outcome.status === "rejected") throw outcome.reason;
      for (const [index, each] of begun.entries()) {
        const { value } = settled[index] as PromiseFulfilledResult<boolean>;
        const { step_completed_successfully: success } = await this.#observe(each, value);
        each.end(success, null);
      }
    });
  }

  async #work(scope: Scope, step: PlanStep): Promise<boolean> {
    const needed = this.#steps.neededBy(step);
    const outcome = await doStep(scope, this.#assignment, this.#planning, step, needed, this.#share);
    step.result = outcome.ok ? outcome.result : "";
    return outcome.ok;
  }

  async #observe({ scope, step }: StartedStep, success: boolean): Promise<Observation> {
    if (!this.#planning.observeSteps) return plainObservation(success);
    return await observeStep(scope.at("observe"), this.#assignment, this.#planning, step, this.#steps);
  }

  /** Plans the remaining steps again if a step asks for it; false if the limit of new plans is reached. */
  async #giveUp(reason: string): Promise<boolean> {
    if (this.#replans >= this.#planning.maxReplans) return false;
    this.#tell("plan_replan_triggered", this.#lastDone(), {
      replan_reason: reason,
      replan_count: this.#replans + 1,
      completed_steps_preserved: this.#steps.with("completed").length,
    });
    await this.#replan(reason);
    return true;
  }

  /** Plans the remaining steps again; false if the limit of new plans is reached, or if nothing is left to do. */
  async #replan(reason: string): Promise<boolean> {
    if (this.#replans >= this.#planning.maxReplans) return false;
    this.#replans += 1;
    await this.#plan(replanTask(this.#assignment.prompt, this.#steps.all, reason));
    return this.#steps.with("pending").length > 0;
  }

  #refine(step: PlanStep, refinements: NonNullable<Observation["suggested_refinements"]>): void {
    const left = this.#steps.with("pending");
    for (const { step_number: number, new_description: words } of refinements) {
      const found = left.find((each) => each.number === number);
      if (found !== undefined && words !== "") found.description = words;
    }
    this.#tell("plan_refinement", step.number, { refined_step_count: left.length, refinements: inWords(refinements) });
  }

  #begin(steps: readonly PlanStep[]): ReturnType<typeof startSteps> {
    const scopes = steps.map((step) => ({ step, scope: this.#scope.at(`step:${this.#begun++}`) }));
    return startSteps(scopes, this.#assignment.agent.role);
  }

  #lastDone(): number {
    return this.#steps.with("completed").at(-1)?.number ?? 0;
  }

  #tell(type: string, stepNumber: number, data: Readonly<Record<string, unknown>>): void {
    const which = { agent_role: this.#assignment.agent.role, step_number: stepNumber, step_description: "" };
    this.#scope.emit(type, { ...which, ...data });
  }
}
