import { isAbsent, suggestEventType, webhookSettingsFields, type KickoffRequest } from "@crewstream/contracts";

/** Fields of AMP's kickoff that this server takes but does nothing with. */
const withoutEffect = ["trainingFilename"];

/** What a kickoff asked for that is allowed and yet probably not what was meant. */
export function kickoffWarnings(request: KickoffRequest, kind: "crew" | "flow"): string[] {
  const webhooks = request.webhooks ?? [];
  const misspelt = webhooks.flatMap(({ events }) =>
    events.flatMap((name) => {
      const known = suggestEventType(name);
      return known === undefined ? [] : [`"${name}" is no known event type: did you mean "${known}"?`];
    }),
  );
  const unknownFields = webhooks.flatMap((settings) =>
    Object.keys(settings)
      .filter((field) => !webhookSettingsFields.has(field))
      .map((field) => `webhooks.${field.slice(0, 100)} is no known field and has no effect.`),
  );
  const ignored = (kind === "crew" ? [...withoutEffect, "restoreFromStateId"] : withoutEffect)
    .filter((field) => !isAbsent(request[field]))
    .map((field) => `${field} has no effect on a ${kind} here.`);
  return [...new Set([...misspelt, ...unknownFields, ...ignored])].slice(0, 50);
}
