import { type Json, toJson } from "@crewstream/crew/parts";
import { Environment, type Optional } from "@marcbachmann/cel-js";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";

/** A compiled CEL expression; call it with its roots' values, which are JSON, to get JSON. */
export type Expression = (roots: Readonly<Record<string, unknown>>) => Json;

const maxLength = 20_000;

/**
 * Compiles a CEL expression over the named roots (`state`, `outputs`, `item`, `output`), whose contents are not
 * checked. Throws an Error with the position and reason: syntax, an unknown root, types that cannot be combined.
 */
export function compileCel(source: string, roots: readonly string[]): Expression {
  if (source.length > maxLength) throw new Error(`the expression is longer than ${maxLength} characters`);
  const environment = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false });
  for (const root of roots) environment.registerVariable(root, "dyn");
  const { valid, error } = environment.check(source);
  if (!valid) throw new Error(explain(error, roots));
  const evaluate = environment.parse(source);
  return (values) => {
    const context = Object.fromEntries(
      roots.map((root) => [root, toCel(Object.hasOwn(values, root) ? toJson(values[root]) : {})]),
    );
    try {
      return fromCel(evaluate(context));
    } catch (cause) {
      throw new AppError(`The expression ${shorten(source)} failed: ${firstLine(errorMessage(cause))}`, {
        code: ErrorCode.runFailed,
        cause,
      });
    }
  };
}

function explain(error: Error | undefined, roots: readonly string[]): string {
  const message = firstLine(error === undefined ? "it is not valid" : error.message);
  const unknown = /^Unknown variable: (.*)$/.exec(message)?.[1];
  return unknown === undefined ? message : `${JSON.stringify(unknown)} is not known here; known: ${roots.join(", ")}`;
}

/** CEL's integers are BigInt; a JSON number without a fraction is an integer, as in Python. */
function toCel(value: Json): unknown {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, toCel(held)]));
}

function fromCel(value: unknown): Json {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, held]) => [keyText(name), fromCel(held)]));
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value !== "object" || value === null) return toJson(value);
  if ("hasValue" in value) {
    const optional = value as Optional;
    return optional.hasValue() ? fromCel(optional.value()) : null;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) {
    return textOf(value);
  }
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, fromCel(held)]));
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}

function shorten(source: string): string {
  return JSON.stringify(source.length > 120 ? `${source.slice(0, 119)}…` : source);
}

/** A map's key as JSON requires it: text. */
function keyText(key: unknown): string {
  return typeof key === "string" ? key : JSON.stringify(fromCel(key));
}

/** CEL's own types (durations, types, unsigned integers) as text. */
function textOf(value: { toString(): string }): string {
  return value.toString();
}
