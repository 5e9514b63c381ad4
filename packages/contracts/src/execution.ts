import { z } from "zod";

/**
 * A run's states, in AMP's terms (Celery's, with `PAUSED`): PENDING is queued, STARTED taken by a worker, RUNNING has
 * emitted its first event, PAUSED waits for a person, REVOKED was cancelled.
 */
export const executionStates = ["PENDING", "STARTED", "RUNNING", "PAUSED", "SUCCESS", "FAILED", "REVOKED"] as const;
export type ExecutionState = (typeof executionStates)[number];
export const executionStateSchema = z.enum(executionStates);

const ended: ReadonlySet<ExecutionState> = new Set(["SUCCESS", "FAILED", "REVOKED"]);

/** Whether nothing more will be published for an execution in this state. */
export function hasEnded(state: ExecutionState): boolean {
  return ended.has(state);
}

export const usageSchema = z.object({
  total_tokens: z.number(),
  prompt_tokens: z.number(),
  cached_prompt_tokens: z.number(),
  completion_tokens: z.number(),
  reasoning_tokens: z.number(),
  cache_creation_tokens: z.number(),
  successful_requests: z.number(),
});
export type Usage = z.infer<typeof usageSchema>;

/** No tokens used, no requests made. */
export function noUsage(): Usage {
  return {
    total_tokens: 0,
    prompt_tokens: 0,
    cached_prompt_tokens: 0,
    completion_tokens: 0,
    reasoning_tokens: 0,
    cache_creation_tokens: 0,
    successful_requests: 0,
  };
}

/** A run's progress: AMP's `progress`. Crews count tasks and know the total; flows count steps and do not. */
export interface Progress {
  unit: "task" | "step";
  completed: number;
  total: number | null;
  current: string | null;
  currentAgent: string | null;
}

/** AMP's `last_step`: `action` is always text, because exported components call `.match` on it. */
export interface LastStep {
  prompt: string;
  thought: string;
  action: string;
  tool: string;
  tool_input: string;
  result: string;
}

/** AMP's `last_executed_task` without `kickoff_id` and `meta`, which the API adds. */
export interface LastTask {
  name: string;
  description: string;
  expected_output: string;
  summary: string;
  agent: string;
  output: string;
  output_json: unknown;
}

/** How a run ended. `result` is text for a crew and the final value for a flow, as AMP answers it. */
export type RunOutcome =
  | { state: "SUCCESS"; result: unknown; resultJson: unknown; usage: Usage; tasks: LastTask[] }
  | {
      state: "FAILED";
      error: string;
      errorType: string;
      /**
       * Where the error occurred in the automation's code, `file:line:column`; the error and its causes with their
       * frames there.
       */
      errorLocation?: string;
      errorStack?: string;
      usage: Usage;
    }
  | { state: "REVOKED"; error: string; usage: Usage };
