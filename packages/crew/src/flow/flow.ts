import type { z } from "zod";
import type { EmitCustom } from "../run/custom-event.ts";
import type { Condition } from "./condition.ts";

/** What a flow's method may touch. */
export interface MethodContext<State> {
  /**
   * The flow's state, as the method's own copy: change it freely. What changed is merged when the method has ended,
   * and journaled with its result; a method that fails or is interrupted leaves no trace in it. JSON values only.
   */
  state: State;
  /** What the kickoff brought, unchanged. */
  inputs: Readonly<Record<string, unknown>>;
  /** Aborted when the run is cancelled, or when this branch is not needed any more. */
  signal: AbortSignal;
  /** Emits a custom event of the run. */
  emit: EmitCustom;
  executionId: string;
}

export type MethodBody<State, Input, Result> = (
  context: MethodContext<State>,
  input: Input,
) => Result | Promise<Result>;

/** A method as data: what the builder makes and a loader builds. */
export interface FlowMethod {
  name: string;
  /** `true`: runs when the flow starts. A condition: runs whenever that holds. */
  start?: true | Condition;
  listen?: Condition;
  /** Its result is a label that other methods listen to. */
  router?: boolean;
  /** Labels it may give, where they are known: then listeners are checked against them. */
  emits?: readonly string[];
  run: MethodBody<Record<string, unknown>, unknown, unknown>;
}

export interface FlowOptions<State extends z.ZodObject = z.ZodObject> {
  name?: string;
  description?: string;
  /** Shape of the state; its fields are the flow's inputs. Without it, the state is what the kickoff brings. */
  state?: State;
  /** How often one method may run, so that a loop ends. Default 100. */
  maxMethodCalls?: number;
}

export interface FlowDefinition extends FlowOptions {
  methods: readonly FlowMethod[];
}
