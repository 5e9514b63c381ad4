import { z } from "zod";
import { automationAnnouncementSchema, runtimes, unavailableStates } from "../automation.ts";
import { pageOf } from "./page.ts";

/** An automation that live workers have found, how many of them serve it, and why none does. */
export const servedAutomationSchema = automationAnnouncementSchema.extend({
  kind: automationAnnouncementSchema.shape.kind.nullable().describe("Null while it is not known: it cannot be run yet"),
  state: z
    .enum(["ready", ...unavailableStates])
    .describe(
      "`ready`: kickoffs are accepted; `needs_setup`: `fix` must be run first; `starting`: its code is being imported; " +
        "`failed`: `reason` says what to correct",
    ),
  reason: z.string().optional().describe("Why it cannot be run, or why a worker beside those that serve it cannot"),
  fix: z.string().optional().describe("The command that helps"),
  workers: z.number().int().describe("How many live workers serve it"),
});
export const automationsPageSchema = pageOf(servedAutomationSchema);

/** A type of event, with the JSON Schema of its data and an example. */
export const eventTypeSchema = z.object({
  type: z.string(),
  group: z.string(),
  description: z.string(),
  scope: z.string(),
  closes: z.string().nullable(),
  aliases: z.array(z.string()),
  emitted: z.boolean().describe("False for a type that is listed only because CrewAI has it: nothing here emits it"),
  runtimes: z.array(z.enum(runtimes)).describe("Runtimes whose automations can emit it"),
  schema: z.record(z.string(), z.unknown()),
  example: z.record(z.string(), z.unknown()),
});
export const eventTypesPageSchema = pageOf(eventTypeSchema);
