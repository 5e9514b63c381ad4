import { AppError, ErrorCode, kickoffRequestSchema, type KickoffRequest } from "@crewstream/contracts";
import type { ServedAutomation } from "@crewstream/redis";
import { parseInput } from "../middleware/validate.ts";

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Parses a kickoff's body.
 * @throws AppError `invalid_input` with the path as the client wrote it: `webhooks.url` for one object, `webhooks[0].url` for a list
 */
export function parseKickoff(body: unknown): KickoffRequest {
  return parseInput(kickoffRequestSchema, body);
}

/** The path of the webhook with this index in a kickoff's body: `webhooks` may be a single object. */
export function webhookPath(body: unknown, index: number): string {
  const isList = typeof body === "object" && body !== null && Array.isArray(Reflect.get(body, "webhooks"));
  return isList ? `webhooks[${index}]` : "webhooks";
}

/** The inputs of the run. A trigger's payload may be next to them, as some of AMP's clients send it. */
export function inputsOf({ inputs, crewai_trigger_payload: payload }: KickoffRequest): Record<string, unknown> {
  return payload === undefined ? (inputs ?? {}) : { crewai_trigger_payload: payload, ...inputs };
}

/**
 * Checks a kickoff's inputs against what the automation announced. A crew requires its inputs, a flow never does.
 * @throws AppError `missing_inputs` with all names, `unprocessable` for a flow's `id` that is not a UUID (AMP's rule)
 */
export function checkInputs(automation: ServedAutomation, inputs: Record<string, unknown>): void {
  if (automation.kind === "crew") {
    const missing = automation.required.filter((name) => !Object.hasOwn(inputs, name));
    if (missing.length === 0) return;
    throw new AppError("Missing required inputs", {
      code: ErrorCode.missingInputs,
      details: { missing_inputs: missing, required_inputs: automation.required },
    });
  }
  const { id } = inputs;
  if (id === undefined || id === null || (typeof id === "string" && uuidPattern.test(id))) return;
  const got = typeof id === "string" ? id : JSON.stringify(id);
  throw new AppError(`'inputs.id' must be a valid UUID when provided; got '${got.slice(0, 100)}'.`, {
    code: ErrorCode.unprocessable,
    details: { path: "inputs.id" },
  });
}
