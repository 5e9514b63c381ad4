import { z } from "zod";

/**
 * The field types that the groups share. CrewAI dumps a field without a value as null and we may omit it, so `maybe…`
 * accepts both; `optional…` are fields with a default, which are never null.
 */
export const text = z.string();
export const nullableText = text.nullable();
export const maybeText = text.nullish();
export const optionalText = text.optional();

export const integer = z.int();
export const maybeInteger = integer.nullish();
export const optionalInteger = integer.optional();

export const decimal = z.number();
export const maybeDecimal = decimal.nullish();

export const flag = z.boolean();
export const maybeFlag = flag.nullish();
export const optionalFlag = flag.optional();

export const texts = z.array(text);
export const maybeTexts = texts.nullish();

export const record = z.record(text, z.unknown());
export const nullableRecord = record.nullable();
export const maybeRecord = record.nullish();

export const anything = z.unknown();
export const maybeAnything = anything.optional();

/** ISO 8601 in UTC with `Z`; CrewAI's own dumps contain some of these as local time. */
export const instant = z.iso.datetime();
export const maybeInstant = instant.nullish();

/** Where an error occurred, in events that end failed work. */
export const errorOrigin = {
  cancelled: z.literal(true).optional().describe("The run was stopped: this is not a failure of the automation."),
  error_location: maybeText.describe(
    "Where the error occurred in the automation's code: file:line:column. Absent if it did not occur there.",
  ),
  error_stack: maybeText.describe("The error and its causes with their frames in the automation's code; no secrets."),
};
