import type { z } from "zod";
import { agentShape } from "../schema/agent-schema.ts";
import { crewFileSchema } from "../schema/crew-schema.ts";
import { action, flowSchema, methodSchema } from "../schema/flow-schema.ts";
import { noteOf, unwrap } from "../schema/keys.ts";
import { shapeOf } from "../schema/schema-at.ts";
import { taskShape } from "../schema/task-schema.ts";
import { llmObject, mcpObject } from "../schema/values.ts";

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The tables of all keys for docs/automations.md, each under its own heading, as Markdown. */
export function keyTables(): string {
  const flow = flowSchema.shape;
  const sections: [title: string, shape: Shape][] = [
    ["crew.jsonc", without(crewFileSchema.shape, "$schema")],
    ["Agents: agents/NAME.jsonc", agentShape],
    ["Agents: planning_config", inside(agentShape.planning_config)],
    ["Tasks: in crew.jsonc", taskShape],
    ["flow.yaml", without(flow, "$schema")],
    ["flow.yaml: methods.NAME", methodSchema.shape],
    ["flow.yaml: human_feedback", inside(methodSchema.shape.human_feedback)],
    ["flow.yaml: config", inside(flow.config)],
    ["flow.yaml: persist", inside(flow.persist)],
    ...action.options.map((option): [string, Shape] => {
      const shape = option.shape as Shape;
      return [`flow.yaml: do: {call: ${String((option.shape.call as z.ZodLiteral).value)}}`, without(shape, "call")];
    }),
    ["A model as an object", llmObject.shape],
    ["An MCP server as an object", mcpObject.shape],
  ];
  return sections.map(([title, shape]) => `### ${title}\n\n${table(shape)}`).join("\n\n");
}

function inside(schema: z.core.$ZodType): Shape {
  return shapeOf(unwrap(schema)) ?? {};
}

function without(shape: Shape, name: string): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([key]) => key !== name));
}

function table(shape: Shape): string {
  const rows = Object.entries(shape).map(([name, schema]) => {
    const note = noteOf(schema);
    const means = note?.means ?? (schema as z.ZodType).description ?? "";
    return `| \`${name}\` | ${means.replaceAll("|", "\\|")} | ${effect(schema)} |`;
  });
  return ["| key | meaning | here |", "|---|---|---|", ...rows].join("\n");
}

function effect(schema: z.core.$ZodType): string {
  const note = noteOf(schema);
  if (note === undefined) return "yes, required";
  const stand =
    note.instead === undefined
      ? ""
      : {
          function: "; Python as `{ts}`",
          check: "; Python as `{cel}` or `{ts}`",
          schema: "; Python as JSON Schema or `{ts}`",
          tool: "; Python as `custom:` or `{ts}`",
          value: "",
        }[note.instead];
  if (note.support === "honoured") return `yes${stand}`;
  if (note.support === "ignored") return "accepted, changes nothing";
  const hint = note.hint === undefined ? "" : `; ${note.hint}`;
  return `**${note.support === "refused" ? "refused" : "warning"}**: ${note.why ?? "not run here"}${hint}`;
}
