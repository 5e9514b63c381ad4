import { parseJson } from "@crewstream/contracts";
import { InvalidArgumentError } from "commander";

/** Parses a whole number of at least 0. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number, 0 or greater.");
  return Number(text);
}

/** Parses a whole number of at least 1. */
export function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("It must be at least 1.");
  return value;
}

/**
 * Collects `--input` options into an object: `key=text`, or `key:=json` for any other type, e.g.
 * `--input topic=webhooks --input count:=3`.
 */
export function keyValue(text: string, before: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const match = /^([^=:][^=]*?)(:?)=(.*)$/s.exec(text);
  const [, key = "", colon, value = ""] = match ?? [];
  if (match === null) throw new InvalidArgumentError("It must be key=text, or key:=json.");
  return { ...before, [key]: colon === ":" ? jsonValue(value) : value };
}

function jsonValue(text: string): unknown {
  const value = parseJson(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError('What follows := must be JSON, such as 3, true, [1,2] or {"a":1}.');
}
