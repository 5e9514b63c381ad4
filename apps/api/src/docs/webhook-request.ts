import { webhookBodySchema, webhookHeaders, type Authentication } from "@crewstream/contracts";
import type { Json, SchemaWriter } from "./json-schema.ts";

/**
 * The security scheme of each way to authenticate; null where the subscriber chooses the header, for which OpenAPI has
 * no scheme. A strategy without an entry does not compile.
 */
const strategySchemes: Record<Authentication["strategy"], { name: string; scheme: Json } | null> = {
  bearer: {
    name: "webhookBearer",
    scheme: { type: "http", scheme: "bearer", description: "The subscription's `authentication`, `bearer`" },
  },
  basic: {
    name: "webhookBasic",
    scheme: { type: "http", scheme: "basic", description: "The subscription's `authentication`, `basic`" },
  },
  header: null,
};
const schemes = Object.values(strategySchemes).filter((entry) => entry !== null);

/** How a receiver authenticates a webhook request: by its signature, and by what its subscription configured. */
export const webhookSecuritySchemes: Record<string, Json> = {
  webhookSignature: {
    type: "apiKey",
    in: "header",
    name: webhookHeaders.signature,
    description: "Standard Webhooks 1.0: `v1,` and the HMAC-SHA256 of id, timestamp and body; one per secret",
  },
  ...Object.fromEntries(schemes.map(({ name, scheme }) => [name, scheme])),
};

const headers: [name: string, required: boolean, description: string][] = [
  [webhookHeaders.id, true, "Id of the delivery, the same on every attempt"],
  [webhookHeaders.timestamp, true, "Time of the attempt, in seconds since 1970"],
  [webhookHeaders.attempt, true, "Which attempt it is, from 1"],
  [webhookHeaders.executionId, true, "The execution, as in every event"],
  [webhookHeaders.sequence, true, "Sequence numbers of the first and the last event: `3-7`"],
  [webhookHeaders.feedComplete, false, "In the last delivery of a feed, its totals: `deliveries=3; events=7`"],
  [webhookHeaders.replayOf, false, "Of a replay only: the execution's id"],
];

/** A webhook request with the form `events`, as an operation of OpenAPI's `webhooks`. */
export function webhookRequest(schemas: SchemaWriter): Json {
  return {
    tags: ["Webhooks"],
    summary: "A delivery, as a webhook of form `events` gets it",
    operationId: "receiveEvents",
    parameters: headers.map(([name, required, description]) => ({
      name,
      in: "header",
      required,
      description,
      schema: { type: "string" },
    })),
    requestBody: {
      required: true,
      content: { "application/json": { schema: schemas.write(webhookBodySchema, "output") } },
    },
    responses: {
      "2XX": { description: "Acknowledged" },
      "4XX": { description: "Not acknowledged: retried later, or never if the status says so" },
      "5XX": { description: "Not acknowledged: retried later" },
    },
    security: [{ webhookSignature: [] }, ...schemes.map(({ name }) => ({ webhookSignature: [], [name]: [] }))],
  };
}
