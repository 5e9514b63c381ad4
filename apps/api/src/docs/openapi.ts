import {
  deliveryDetailSchema,
  deliverySchema,
  endpointSchema,
  executionSchema,
  executionSummarySchema,
  kickoffRequestSchema,
  memoryRecordSchema,
  problemSchema,
  statsSchema,
  webhookBodySchema,
} from "@crewstream/contracts";
import { z } from "zod";
import { operationGroups } from "../operations/all.ts";
import { documentedPath, type Answer, type Operation } from "../operations/operation.ts";

type Json = Record<string, unknown>;

/** An operation of the document, as far as our own reference page reads it. */
export interface OpenApiOperation {
  tags: string[];
  summary: string;
  description?: string;
  operationId: string;
  parameters: { name: string; in: string; required: boolean; description?: string; schema: Json }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: Json }> }>;
  security: Json[];
}

export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, OpenApiOperation>>;
  webhooks: Json;
  components: Json;
}

/** Schemas that stand under `components`, where a reader finds them by name. */
const named: readonly [name: string, schema: z.ZodType][] = [
  ["Problem", problemSchema],
  ["Kickoff", kickoffRequestSchema],
  ["WebhookBody", webhookBodySchema],
  ["ExecutionSummary", executionSummarySchema],
  ["Execution", executionSchema],
  ["Delivery", deliverySchema],
  ["DeliveryDetail", deliveryDetailSchema],
  ["Endpoint", endpointSchema],
  ["Memory", memoryRecordSchema],
  ["Stats", statsSchema],
];

/** Answers that every operation can give. */
const common: Record<number, Answer> = {
  400: { description: "Something in the request is wrong; `details.path` names it", schema: problemSchema },
  401: { description: "No bearer token, or an unknown one", schema: problemSchema },
  403: { description: "The token has not the scope", schema: problemSchema },
  429: { description: "The token has used up its requests of this minute", schema: problemSchema },
  503: { description: "The store is away; `Retry-After` says when to try again", schema: problemSchema },
};

/**
 * The OpenAPI 3.1 document, made from the zod schemas that the routes parse and answer with.
 * @param version of this server
 */
export function openApiDocument(version: string): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = {};
  for (const { prefix, operations } of operationGroups) {
    for (const operation of operations) {
      const path = `${prefix}${documentedPath(operation)}`.replaceAll(/:(\w+)/g, "{$1}");
      paths[path] = { ...paths[path], [operation.method]: describe(operation, path) };
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "crewstream",
      version,
      description:
        "Runs AI crews and flows behind CrewAI AMP's kickoff API, and streams every event of a run to webhooks. " +
        "The deployment API is served at the root for the default automation, and under `/automations/{automation}` for each.",
    },
    paths,
    webhooks: { events: { post: webhookRequest() } },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "One of `API_TOKENS`" } },
      schemas: Object.fromEntries(named.map(([name, schema]) => [name, jsonSchema(schema, ioOf(name))])),
    },
  };
}

function describe(operation: Operation, path: string): OpenApiOperation {
  const answers = { ...common, ...operation.answers };
  return {
    tags: [operation.tag],
    summary: operation.summary,
    description: `${operation.description ?? ""}\n\nScope: ${operation.scopes.join(" or ")}.`.trim(),
    operationId: operationId(operation, path),
    parameters: [...pathParameters(path), ...queryParameters(operation.query)],
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: false,
            content: { "application/json": { schema: reference(operation.body, "input") } },
          },
        }),
    responses: Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer)])),
    security: [{ token: [] }],
  };
}

function response({ description, schema, type }: Answer): OpenApiOperation["responses"][string] {
  const content = {
    ...(schema === undefined || type === "text/event-stream"
      ? {}
      : { "application/json": { schema: reference(schema, "output") } }),
    ...(type === undefined ? {} : { [type]: schema === undefined ? {} : { schema: reference(schema, "output") } }),
  };
  return Object.keys(content).length === 0 ? { description } : { description, content };
}

function operationId({ method }: Operation, path: string): string {
  const words = path
    .replaceAll(/[{}]/g, "")
    .split(/[/-]/)
    .filter((word) => word !== "" && word !== "api" && word !== "v1");
  return [method, ...words]
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}

function pathParameters(path: string): OpenApiOperation["parameters"] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: z.ZodObject | undefined): OpenApiOperation["parameters"] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(query, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    description: typeof description === "string" ? description : "",
    schema,
  }));
}

function webhookRequest(): Json {
  return {
    summary: "A delivery, as a webhook of form `events` gets it",
    requestBody: { content: { "application/json": { schema: reference(webhookBodySchema, "output") } } },
    responses: { "2XX": { description: "Acknowledged; anything else is tried again" } },
  };
}

function reference(schema: z.ZodType, io: "input" | "output"): Json {
  const name = named.find(([, candidate]) => candidate === schema)?.[0];
  return name === undefined ? jsonSchema(schema, io) : { $ref: `#/components/schemas/${name}` };
}

function ioOf(name: string): "input" | "output" {
  return name === "Kickoff" ? "input" : "output";
}

/** A schema as JSON Schema 2020-12, without the bounds of safe integers, which say nothing to a reader. */
export function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ jsonSchema: made }) => {
      if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
      if (made.format === "date-time") delete made.pattern;
    },
  });
  return rest;
}
