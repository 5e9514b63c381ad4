import { AppError, ErrorCode } from "@crewstream/contracts";
import { z } from "zod";
import { toJsonFields, type Json } from "../run/dump.ts";
import type { FlowDefinition } from "./flow.ts";

/**
 * A flow's state at its start: the declared fields filled from the inputs, undeclared inputs dropped; without a
 * declaration, all inputs. `id` is the flow's own, as CrewAI has it. Throws `invalid_input` for inputs that do not fit.
 */
export function initialState(
  flow: FlowDefinition,
  inputs: Readonly<Record<string, unknown>>,
  id: string,
): Record<string, Json> {
  if (flow.state === undefined) return { ...toJsonFields(inputs), id };
  const parsed = flow.state.safeParse(inputs);
  if (parsed.success) return { ...toJsonFields(parsed.data), id };
  throw new AppError(`The inputs do not fit the flow's state: ${z.prettifyError(parsed.error)}`, {
    code: ErrorCode.invalidInput,
  });
}
