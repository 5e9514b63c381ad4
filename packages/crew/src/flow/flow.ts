import type { z } from "zod";
import type { CallerOptions } from "../automation-schema.ts";
import type { MemoryRef } from "../memory/memory.ts";
import type { RememberOptions } from "../memory/remember.ts";
import type { MemoryMatch } from "../memory/score.ts";
import type { EmitCustom } from "../run/custom-event.ts";
import type { Condition } from "./condition.ts";
import type { HumanFeedbackOptions } from "./human-feedback.ts";

/** What a flow's method may touch. */
export interface MethodContext<State> {
  /**
   * The flow's state, as the method's own copy: change it freely. What changed is merged when the method has ended,
   * and journaled with its result; a method that fails or is interrupted leaves no trace in it. JSON values only.
   */
  state: State;
  /** What the kickoff brought, unchanged. */
  inputs: Readonly<Record<string, unknown>>;
  /** What each method that had ended when this one was called gave last, by name. */
  outputs: Readonly<Record<string, unknown>>;
  /** What a person said last of a method's output, by the method's name: `HumanFeedback`. */
  reviews: Readonly<Record<string, unknown>>;
  /** Aborted when the run is cancelled, or when this branch is not needed any more. */
  signal: AbortSignal;
  /** Emits a custom event of the run. */
  emit: EmitCustom;
  executionId: string;
  /**
   * Does a piece of work once in the life of the run and keeps its value (JSON): a method that is run again after a
   * crash or a pause takes it from the journal. For side effects that have no crew, tool or model call around them.
   */
  step: <T>(name: string, work: () => T | Promise<T>) => Promise<T>;
  /** Keeps statements in the flow's memory, for later runs. Once in the life of the run. */
  remember: (contents: string | readonly string[], options?: RememberOptions) => Promise<void>;
  /** What the flow's memory holds on a question, the best first. */
  recall: (query: string, options?: RecallOptions) => Promise<MemoryMatch[]>;
  /**
   * Asks a person for a line of text: empty if they say nothing, null if the time for it ran out. The run pauses until
   * then; what the method did before is run again.
   */
  ask: (message: string, options?: AskOptions) => Promise<string | null>;
}

export interface RecallOptions {
  /** Default 10. */
  limit?: number;
  /** Path below that of the flow's memory. */
  scope?: string;
  categories?: readonly string[];
}

export interface AskOptions {
  /** Seconds to wait before the answer is null. Default: without an end. */
  timeoutSeconds?: number;
  metadata?: Record<string, unknown>;
}

/** What a method may be given beside its code. */
export interface MethodOptions {
  persist?: boolean;
  humanFeedback?: HumanFeedbackOptions;
}

export type MethodBody<State, Input, Result> = (
  context: MethodContext<State>,
  input: Input,
) => Result | Promise<Result>;

/** A method as data: what the builder makes and a loader builds. */
export interface FlowMethod {
  name: string;
  /**
   * `true`: runs when the flow starts. A condition: runs whenever routers' labels make it hold; in a flow that has no
   * method with `true`, when the flow starts, too.
   */
  start?: true | Condition;
  listen?: Condition;
  /** Its result is a label that other methods listen to. */
  router?: boolean;
  /** Labels it may give, where they are known: then listeners are checked against them. */
  emits?: readonly string[];
  humanFeedback?: HumanFeedbackOptions;
  /** Saves the state after this method, in a flow that does not persist as a whole. */
  persist?: boolean;
  run: MethodBody<Record<string, unknown>, unknown, unknown>;
}

export interface FlowOptions<State extends z.ZodObject = z.ZodObject> extends CallerOptions {
  name?: string;
  description?: string;
  /** Shape of the state; its fields are the flow's inputs. Without it, the state is what the kickoff brings. */
  state?: State;
  /** How often one method may run, so that a loop ends. Default 100. */
  maxMethodCalls?: number;
  /** Saves the state after every method in the store that the host gives, so that a later run can begin with it. */
  persist?: boolean;
  /** What `remember` and `recall` of its methods work on. Default: a memory at `/flow/NAME`. */
  memory?: MemoryRef;
}

export interface FlowDefinition extends FlowOptions {
  methods: readonly FlowMethod[];
}
