import { AppError, ErrorCode } from "@crewstream/contracts";
import { z } from "zod";
import type { Json } from "../run/dump.ts";
import { toJson } from "../run/dump.ts";
import type { JsonSchema } from "../tools/tool.ts";

/** A schema for an answer, as shown to the model and as used for validation. */
export interface AnswerSchema {
  json: JsonSchema;
  check: z.ZodType;
}

/** Throws `configuration` for a schema of anything but an object, which providers reject. */
export function answerSchema(schema: z.ZodType | JsonSchema): AnswerSchema {
  const isZod = schema instanceof z.ZodType;
  const json = isZod ? z.toJSONSchema(schema, { target: "draft-7" }) : schema;
  if (json["type"] !== "object") {
    throw new AppError("An output schema must describe an object; put a list or a number into a field of one", {
      code: ErrorCode.configuration,
    });
  }
  return { json, check: isZod ? schema : z.fromJSONSchema(schema) };
}

/** Extracts the JSON value from an answer, from a code fence or the text around it; or says what is wrong with it. */
export function readJson(text: string, schema: AnswerSchema): { ok: true; value: Json } | { ok: false; error: string } {
  const candidates = [text, /```(?:json)?\s*\n([\s\S]*?)```/.exec(text)?.[1], /[[{][\s\S]*[\]}]/.exec(text)?.[0]];
  let error = "it contains no JSON";
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    let value: unknown;
    try {
      value = JSON.parse(candidate);
    } catch {
      continue;
    }
    const parsed = schema.check.safeParse(value);
    if (parsed.success) return { ok: true, value: toJson(parsed.data) };
    error = z.prettifyError(parsed.error);
  }
  return { ok: false, error };
}
