import type { PlanStep } from "./plan-step.ts";

/** The steps of a plan in order, addressed by their own numbers. */
export class StepList {
  #steps: PlanStep[] = [];

  get all(): readonly PlanStep[] {
    return this.#steps;
  }

  with(status: PlanStep["status"]): PlanStep[] {
    return this.#steps.filter((step) => step.status === status);
  }

  /** Steps that can start: their dependencies have ended, successfully or not. */
  ready(): PlanStep[] {
    const ended = new Set(this.#steps.filter(isOver).map(({ number }) => number));
    return this.with("pending").filter(({ dependsOn }) => dependsOn.every((number) => ended.has(number)));
  }

  get isComplete(): boolean {
    return this.#steps.every(isOver);
  }

  /** Completed dependencies of this step that have a result, in order of their numbers. */
  neededBy({ dependsOn }: PlanStep): PlanStep[] {
    return this.#steps
      .filter(({ number, result }) => dependsOn.includes(number) && result !== "")
      .sort((a, b) => a.number - b.number);
  }

  /**
   * Replaces the steps that have not started. If a planner numbers its new steps from 1 again, the numbers would clash
   * with completed steps; all new steps, and their references to each other, are then renumbered to follow those.
   * (CrewAI confuses the two, and repeats the old step.)
   */
  replacePending(fresh: readonly PlanStep[]): void {
    const kept = this.#steps.filter(({ status }) => status !== "pending");
    const taken = new Set(kept.map(({ number }) => number));
    const own = new Set(fresh.map(({ number }) => number));
    const shift = fresh.some(({ number }) => taken.has(number)) ? Math.max(...taken) : 0;
    const moved = (number: number): number => (own.has(number) ? number + shift : number);
    this.#steps = [
      ...kept,
      ...fresh.map((step) => ({ ...step, number: moved(step.number), dependsOn: step.dependsOn.map(moved) })),
    ];
  }
}

function isOver({ status }: PlanStep): boolean {
  return status === "completed" || status === "failed";
}
