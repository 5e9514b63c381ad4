import { problemSchema } from "@crewstream/contracts";
import type { z } from "zod";
import { operationGroups } from "../operations/all.ts";
import { documentedPath, type Answer, type Operation } from "../operations/operation.ts";
import { SchemaWriter, type Json } from "./json-schema.ts";
import { webhookRequest, webhookSecuritySchemes } from "./webhook-request.ts";

export interface OpenApiParameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: Json;
}

/** The parts of an operation in the document that our own reference page reads. */
export interface OpenApiOperation {
  tags: string[];
  summary: string;
  description?: string;
  operationId: string;
  parameters: OpenApiParameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; headers?: Json; content?: Record<string, { schema: Json }> }>;
  security: Json[];
}

export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string; license: Json };
  servers: { url: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  webhooks: Json;
  components: { securitySchemes: Json; schemas: Record<string, Json> };
}

const seconds = "Whole seconds after which to try again";

/** Responses that every operation can return. */
const common: Record<number, Answer> = {
  400: { description: "The request is invalid; `details.path` names the field", schema: problemSchema },
  401: {
    description: "No bearer token, or an unknown one",
    schema: problemSchema,
    headers: { "WWW-Authenticate": "The scheme: `Bearer`" },
  },
  403: { description: "The token lacks the required scope", schema: problemSchema },
  429: {
    description: "The token has used up its requests for this minute",
    schema: problemSchema,
    headers: { "Retry-After": seconds },
  },
  431: { description: "The request's line and headers are longer than 16 KiB" },
  503: { description: "Redis is unavailable", schema: problemSchema, headers: { "Retry-After": seconds } },
};

/** Further responses of every operation with a body. */
const ofBodies: Record<number, Answer> = {
  413: { description: "The body is larger than 1 MiB", schema: problemSchema },
};

const pathParameterMeanings: Record<string, string> = {
  automation: "Name of an automation",
  id: "Id of the resource",
  request: "Id of the request",
};

/**
 * The OpenAPI 3.1 document, generated from the zod schemas of the routes' requests and responses.
 * @param server version of this server and the URL where clients reach it; without one, the document's own location
 */
export function openApiDocument({
  version,
  url = "/",
}: {
  version: string;
  url?: string | undefined;
}): OpenApiDocument {
  const schemas = new SchemaWriter();
  const paths: OpenApiDocument["paths"] = {};
  for (const { prefix, operations } of operationGroups) {
    for (const operation of operations) {
      const path = `${prefix}${documentedPath(operation)}`.replaceAll(/:(\w+)/g, "{$1}");
      paths[path] = { ...paths[path], [operation.method]: describe(operation, path, schemas) };
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
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url }],
    paths,
    webhooks: { events: { post: webhookRequest(schemas) } },
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "One of `API_TOKENS`" },
        ...webhookSecuritySchemes,
      },
      schemas: schemas.components,
    },
  };
}

function describe(operation: Operation, path: string, schemas: SchemaWriter): OpenApiOperation {
  const answers = { ...common, ...(operation.method === "post" ? ofBodies : {}), ...operation.answers };
  return {
    tags: [operation.tag],
    summary: operation.summary,
    description: `${operation.description ?? ""}\n\nScope: ${operation.scopes.join(" or ")}.`.trim(),
    operationId: operationId(operation, path),
    parameters: [
      ...pathParameters(path),
      ...parameters("query", operation.query, schemas),
      ...parameters("header", operation.headers, schemas),
    ],
    ...(operation.body === undefined ? {} : { requestBody: requestBody(operation.body, schemas) }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [status, response(answer, schemas)]),
    ),
    security: [{ token: [] }],
  };
}

/** An empty body counts as `{}`: one without required fields may be omitted. */
function requestBody(body: z.ZodType, schemas: SchemaWriter): NonNullable<OpenApiOperation["requestBody"]> {
  const schema = schemas.write(body, "input");
  return { required: schemas.needsFields(schema), content: { "application/json": { schema } } };
}

function response(
  { description, schema, stream, headers }: Answer,
  schemas: SchemaWriter,
): OpenApiOperation["responses"][string] {
  const content = {
    ...(schema === undefined ? {} : { "application/json": { schema: schemas.write(schema, "output") } }),
    ...(stream === undefined ? {} : { "text/event-stream": { schema: streamSchema(stream, schemas) } }),
  };
  return {
    description,
    ...(headers === undefined ? {} : { headers: headerObjects(headers) }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}

/**
 * A stream of Server-Sent Events, as far as JSON Schema can describe it: text that, read as its media type, is a list
 * of messages with the fields of the HTML standard, whose `data` is JSON again.
 */
function streamSchema(messages: NonNullable<Answer["stream"]>, schemas: SchemaWriter): Json {
  const items = Object.entries(messages).map(([event, data]) => ({
    type: "object",
    properties: {
      ...(event === "" ? { id: { type: "string" } } : { event: { const: event } }),
      data: { type: "string", contentMediaType: "application/json", contentSchema: schemas.write(data, "output") },
    },
    required: event === "" ? ["data"] : ["event", "data"],
  }));
  return {
    type: "string",
    description: "Server-Sent Events",
    contentMediaType: "text/event-stream",
    contentSchema: { type: "array", items: items.length === 1 ? items[0] : { anyOf: items } },
  };
}

function headerObjects(headers: Record<string, string>): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );
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

function pathParameters(path: string): OpenApiParameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: pathParameterMeanings[name] ?? "",
    schema: { type: "string" },
  }));
}

function parameters(
  place: "query" | "header",
  schema: z.ZodObject | undefined,
  schemas: SchemaWriter,
): OpenApiParameter[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemas.write(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: required.includes(name),
    description: typeof description === "string" ? description : "",
    schema,
  }));
}
