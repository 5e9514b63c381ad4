import { isAbsent, kickoffRequestSchema, webhookSettingsFields, type KickoffRequest } from "@crewstream/contracts";
import type { ServedAutomation } from "@crewstream/redis";
import { eventNameWarnings } from "./event-name-warnings.ts";

/** Fields of AMP's kickoff that this server accepts but ignores. */
const withoutEffect = ["trainingFilename"];

/** Fields of a kickoff's body, in camel case: those we use, and those that AMP's clients send in addition. */
const bodyFields: ReadonlySet<string> = new Set([
  ...Object.keys(kickoffRequestSchema.shape),
  ...withoutEffect,
  "generateArtifact",
  "conformInputs",
]);

/** Number of unknown names that are listed: enough to see what is meant. */
const maxNamed = 10;

/** What a kickoff requests that is allowed but is probably a mistake. */
export function kickoffWarnings(
  request: KickoffRequest,
  automation: Pick<ServedAutomation, "kind" | "runtime" | "inputs">,
): string[] {
  const { kind } = automation;
  const webhooks = request.webhooks ?? [];
  const names = new Set(webhooks.flatMap(({ events }) => events));
  const unknownFields = webhooks.flatMap((settings) =>
    Object.keys(settings)
      .filter((field) => !webhookSettingsFields.has(field))
      .map((field) => `webhooks.${field.slice(0, 100)} is not a known field and has no effect.`),
  );
  const ignored = (kind === "crew" ? [...withoutEffect, "restoreFromStateId"] : withoutEffect)
    .filter((field) => !isAbsent(request[field]))
    .map((field) => `${field} has no effect on a ${kind} here.`);
  return [
    ...new Set([
      ...eventNameWarnings(names, automation.runtime),
      ...unknownFields,
      ...misplaced(request, automation),
      ...ignored,
    ]),
  ].slice(0, 50);
}

/**
 * Inputs that a client wrote next to `inputs`, as some clients of AMP do: a crew that lacks them is rejected, a flow
 * runs without them. If there are no `inputs`, any field without another meaning counts as one.
 */
function misplaced(request: KickoffRequest, { inputs }: Pick<ServedAutomation, "inputs">): string[] {
  const { inputs: given } = request;
  const declared = new Set(inputs);
  return Object.keys(request)
    .filter((name) => !bodyFields.has(camelCase(name)))
    .filter((name) => given === undefined || (declared.has(name) && !Object.hasOwn(given, name)))
    .slice(0, maxNamed)
    .map((name) => name.slice(0, 100))
    .map((name) => `"${name}" is next to "inputs" and has no effect: send {"inputs": {"${name}": …}}.`);
}

function camelCase(name: string): string {
  return bodyFields.has(name) ? name : name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
