import { z } from "zod";
import { automationAnnouncementSchema, runtimes } from "../automation.ts";
import { pageOf } from "./page.ts";

/** An automation and how many live workers serve it. */
export const servedAutomationSchema = automationAnnouncementSchema.extend({ workers: z.number().int() });
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
  runtimes: z.array(z.enum(runtimes)).describe("Whose automations can emit it"),
  schema: z.record(z.string(), z.unknown()),
  example: z.record(z.string(), z.unknown()),
});
export const eventTypesPageSchema = pageOf(eventTypeSchema);
