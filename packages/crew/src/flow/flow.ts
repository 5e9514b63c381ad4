import type { z } from "zod";
import type { CallerOptions } from "../automation-schema.ts";
import type { MemoryRef } from "../memory/memory.ts";
import type { RememberOptions } from "../memory/remember.ts";
import type { MemoryMatch } from "../memory/score.ts";
import type { EmitCustom } from "../run/custom-event.ts";
import type { Condition } from "./condition.ts";
import type { HumanFeedbackOptions } from "./human-feedback.ts";

/** What a flow's method can use. */
export interface MethodContext<State> {
  /**
   * The flow's state, as the method's own copy: change it freely. Changes are merged when the method has ended, and
   * journaled with its result; a method that fails or is interrupted changes nothing. JSON values only.
   */
  state: State;
  /** The kickoff's inputs, unchanged. */
  inputs: Readonly<Record<string, unknown>>;
  /** The latest result of each method that had ended when this one was called, by name. */
  outputs: Readonly<Record<string, unknown>>;
  /** The latest human feedback on a method's output, by the method's name: `HumanFeedback`. */
  reviews: Readonly<Record<string, unknown>>;
  /** Aborted when the run is cancelled, or when this branch is no longer needed. */
  signal: AbortSignal;
  /** Emits a custom event of the run. */
  emit: EmitCustom;
  executionId: string;
  /**
   * Does a piece of work exactly once per run and stores its value (JSON): a method that is executed again after a
   * crash or a pause takes it from the journal. For side effects outside of crews, tools and model calls.
   */
  step: <T>(name: string, work: () => T | Promise<T>) => Promise<T>;
  /** Stores statements in the flow's memory, for later runs. Exactly once per run. */
  remember: (contents: string | readonly string[], options?: RememberOptions) => Promise<void>;
  /** The flow's memories that match a question, best first. */
  recall: (query: string, options?: RecallOptions) => Promise<MemoryMatch[]>;
  /**
   * Asks a person for a line of text: empty if they enter nothing, null if the time ran out. The run pauses until then;
   * the method is then executed again from its start.
   */
  ask: (message: string, options?: AskOptions) => Promise<string | null>;
}

export interface RecallOptions {
  /** Default 10. */
  limit?: number;
  /** Path below the flow memory's own. */
  scope?: string;
  categories?: readonly string[];
}

export interface AskOptions {
  /** Seconds to wait before the answer is null. Default: no limit. */
  timeoutSeconds?: number;
  metadata?: Record<string, unknown>;
}

/** A method's options. */
export interface MethodOptions {
  persist?: boolean;
  humanFeedback?: HumanFeedbackOptions;
}

export type MethodBody<State, Input, Result> = (
  context: MethodContext<State>,
  input: Input,
) => Result | Promise<Result>;

/** A method as data: made by the builder or by a loader. */
export interface FlowMethod {
  name: string;
  /**
   * `true`: runs when the flow starts. A condition: runs whenever routers' labels meet it; in a flow that has no method
   * with `true`, also when the flow starts.
   */
  start?: true | Condition;
  listen?: Condition;
  /** Its result is a label that other methods listen for. */
  router?: boolean;
  /** Labels it may return, if they are known: then listeners are checked against them. */
  emits?: readonly string[];
  humanFeedback?: HumanFeedbackOptions;
  /** Saves the state after this method, in a flow that does not persist as a whole. */
  persist?: boolean;
  run: MethodBody<Record<string, unknown>, unknown, unknown>;
}

export interface FlowOptions<State extends z.ZodObject = z.ZodObject> extends CallerOptions {
  name?: string;
  description?: string;
  /** Shape of the state; its fields are the flow's inputs. Without it, the state consists of the kickoff's inputs. */
  state?: State;
  /** Maximum runs of one method, so that a loop ends. Default 100. */
  maxMethodCalls?: number;
  /** Saves the state after every method in the host's store, so that a later run can begin with it. */
  persist?: boolean;
  /** The memory for `remember` and `recall` in its methods. Default: a memory at `/flow/NAME`. */
  memory?: MemoryRef;
}

export interface FlowDefinition extends FlowOptions {
  methods: readonly FlowMethod[];
}
