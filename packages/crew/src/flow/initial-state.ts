import { AppError, ErrorCode } from "@crewstream/contracts";
import { z } from "zod";
import { toJsonFields, type Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { step } from "../run/step.ts";
import type { FlowDefinition } from "./flow.ts";
import { flowStates } from "./flow-states.ts";

type Inputs = Readonly<Record<string, unknown>>;
type State = Record<string, Json>;

/**
 * A flow's state at its start: the declared fields filled from the inputs, undeclared inputs dropped; without a
 * declaration, all inputs. `id` is the flow's own. In a flow that persists, an input `id` continues the state saved
 * under it, and the run's `restoreFromStateId` begins with a copy of another one, as in CrewAI. Throws `invalid_input`
 * for inputs that do not fit and `not_found` for a state that does not exist.
 */
export async function initialState(
  scope: Scope,
  flow: FlowDefinition,
  name: string,
  inputs: Inputs,
): Promise<State & { id: string }> {
  const { context } = scope.run;
  const isOutermost = scope.path === "flow";
  const own = isOutermost ? context.executionId : scope.run.idOf("flow", scope.path);
  if (flow.persist !== true && !flow.methods.some((method) => method.persist === true))
    return { ...fitted(flow, inputs), id: own };
  const given = inputs["id"];
  const id = typeof given === "string" && given !== "" ? given : own;
  const from = (isOutermost ? context.restoreFromStateId : undefined) ?? (id === own ? undefined : id);
  if (from === undefined) return { ...fitted(flow, inputs), id };
  const saved = await step<State | null>(scope.at("restore"), {
    kind: "value",
    perform: async () => (await flowStates(scope.run, name).load(name, from)) ?? null,
  });
  if (saved === null && from !== id) {
    throw new AppError(`There is no saved state ${from} of the flow ${name}`, { code: ErrorCode.notFound });
  }
  return { ...fitted(flow, { ...saved, ...inputs }), id };
}

function fitted(flow: FlowDefinition, inputs: Inputs): State {
  if (flow.state === undefined) return toJsonFields(inputs);
  const parsed = flow.state.safeParse(inputs);
  if (parsed.success) return toJsonFields(parsed.data);
  throw new AppError(`The inputs do not fit the flow's state: ${z.prettifyError(parsed.error)}`, {
    code: ErrorCode.invalidInput,
  });
}
