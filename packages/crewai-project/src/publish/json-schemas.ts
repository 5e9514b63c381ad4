import { z } from "zod";
import { agentSchema } from "../schema/agent-schema.ts";
import { crewFileSchema } from "../schema/crew-schema.ts";
import { flowSchema } from "../schema/flow-schema.ts";

const published: Readonly<Record<string, { title: string; schema: z.ZodType }>> = {
  "crew.schema.json": { title: "crew.jsonc", schema: crewFileSchema },
  "agent.schema.json": { title: "agents/<name>.jsonc", schema: agentSchema },
  "flow.schema.json": { title: "flow.yaml", schema: flowSchema },
};

/** The JSON Schemas of the project formats by file name: generated from the schemas that validate projects. */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(published).map(([file, { title, schema }]) => {
      const { $schema, ...json } = z.toJSONSchema(schema, { io: "input", reused: "ref", unrepresentable: "any" });
      return [file, JSON.parse(JSON.stringify({ $schema, title, ...json })) as object];
    }),
  );
}
