import type { PlanStep } from "./plan-step.ts";

/** The steps of a plan in order; a step is found by its number, which is its own. */
export class StepList {
  #steps: PlanStep[] = [];

  get all(): readonly PlanStep[] {
    return this.#steps;
  }

  with(status: PlanStep["status"]): PlanStep[] {
    return this.#steps.filter((step) => step.status === status);
  }

  /** Steps that can begin: those they depend on have ended, well or not. */
  ready(): PlanStep[] {
    const ended = new Set(this.#steps.filter(isOver).map(({ number }) => number));
    return this.with("pending").filter(({ dependsOn }) => dependsOn.every((number) => ended.has(number)));
  }

  get isComplete(): boolean {
    return this.#steps.every(isOver);
  }

  /** Ended steps that this one depends on and that gave something, in order of their numbers. */
  neededBy({ dependsOn }: PlanStep): PlanStep[] {
    return this.#steps
      .filter(({ number, result }) => dependsOn.includes(number) && result !== "")
      .sort((a, b) => a.number - b.number);
  }

  /**
   * Puts new steps in place of those that have not begun. A planner that counts from 1 again would give them numbers of
   * steps that have ended: then all the new ones, and what they say of each other, move behind those. (CrewAI mixes
   * the two up, and does the old step over and over.)
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
