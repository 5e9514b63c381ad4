import { suggestEventType, webhookSettingsFields, type KickoffRequest } from "@crewstream/contracts";

/** Fields of AMP's kickoff that this server takes but does nothing with. */
const withoutEffect = ["humanInputWebhook", "humanInputWebhookUrl", "restoreFromStateId", "trainingFilename"];

/** What a kickoff asked for that is allowed and yet probably not what was meant. */
export function kickoffWarnings(request: KickoffRequest): string[] {
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
  const ignored = withoutEffect
    .filter((field) => isGiven(request[field]))
    .map((field) => `${field} has no effect on this server.`);
  return [...new Set([...misspelt, ...unknownFields, ...ignored])].slice(0, 50);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
