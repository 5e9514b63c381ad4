import { z } from "zod";
import { Secret } from "./secret.ts";

/** Parses a whole number within bounds. */
export function whole(min: number, max: number) {
  return z.coerce.number().int().min(min).max(max);
}

/** A variable that must not be printed. */
export function secret(schema: z.ZodString = z.string().min(1)) {
  return schema.transform((value) => new Secret(value));
}

/**
 * Comma-separated secrets, newest first, of which there are several during a rotation; surrounding spaces are ignored.
 * Messages identify an invalid one by its position, never by its value.
 * @param each what a secret must be, e.g. `base64 of 32 bytes`, and the check for it
 */
export function secrets(each: { is: string; check: (text: string) => boolean }) {
  return list().transform((items, context) => {
    if (items.length === 0) context.addIssue({ code: "custom", message: `must be ${each.is}` });
    for (const [index, item] of items.entries()) {
      if (each.check(item)) continue;
      const which = items.length === 1 ? "" : `secret ${index + 1} of ${items.length} `;
      context.addIssue({ code: "custom", message: `${which}must be ${each.is}` });
    }
    return items.map((item) => new Secret(item));
  });
}

/** Splits `a, b` into a list; trims items and drops empty ones. */
export function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** Comma-separated text as a list. */
export function list() {
  return z.string().transform(splitList);
}

/** `1`, `true`, `yes`, `on` and their opposites; anything else is an error rather than false. */
export function flag() {
  return z
    .string()
    .toLowerCase()
    .pipe(z.enum(["1", "true", "yes", "on", "0", "false", "no", "off", ""]))
    .transform((text) => ["1", "true", "yes", "on"].includes(text));
}

/** `host:port,host:port` as the node list of a Cluster or Sentinel set. */
export function nodes() {
  return list().transform((items, context) =>
    items.map((item) => {
      const node = parseNode(item);
      if (node !== undefined) return node;
      context.addIssue({ code: "custom", message: notANode(item) });
      return z.NEVER;
    }),
  );
}

/** `announced:port=host:port,…` as a map from announced addresses of nodes to reachable ones. */
export function natMap() {
  return list().transform((items, context) =>
    Object.fromEntries(
      items.map((item) => {
        const [announced = "", reached = "", ...more] = item.split("=");
        const [from, to] = [parseNode(announced), parseNode(reached)];
        if (from !== undefined && to !== undefined && more.length === 0) return [`${from.host}:${from.port}`, to];
        context.addIssue({ code: "custom", message: `"${item}" is not announced:port=host:port` });
        return z.NEVER;
      }),
    ),
  );
}

interface Node {
  host: string;
  port: number;
}

function parseNode(text: string): Node | undefined {
  const match = /^([^@/]+):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[2]) > 65_535) return undefined;
  return { host: (match[1] ?? "").replace(/^\[|\]$/g, ""), port: Number(match[2]) };
}

/** The part before an @ may be a password and is not repeated. */
function notANode(item: string): string {
  if (!item.includes("@")) return `"${item}" is not host:port`;
  return "contains credentials: nodes are host:port; user and password are REDIS_USERNAME and REDIS_PASSWORD";
}
