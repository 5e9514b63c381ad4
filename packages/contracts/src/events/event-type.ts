import type { z } from "zod";
import { baseDataSchema } from "./base.ts";

/** A type of event: its description, the shape of its `data`, and an example of its specific fields. */
export interface EventType<Shape extends z.ZodRawShape = z.ZodRawShape> {
  description: string;
  data: z.ZodObject<z.util.Extend<(typeof baseDataSchema)["shape"], z.util.Writeable<Shape>>, z.core.$loose>;
  example: Readonly<Record<string, unknown>>;
}

/** Declares a type of event. Fields beyond `shape` and the base fields are accepted: later versions may add some. */
export function eventType<Shape extends z.ZodRawShape>(
  description: string,
  shape: Shape,
  example: Readonly<Record<string, unknown>> = {},
): EventType<Shape> {
  return { description, data: baseDataSchema.extend(shape), example };
}
