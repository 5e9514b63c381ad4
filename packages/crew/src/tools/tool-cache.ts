import type { ToolCall } from "../llm/answer.ts";
import { parseArgs } from "../llm/answer.ts";
import type { ToolResult } from "./tool-result.ts";
import type { Tool } from "./tool.ts";

/** Tool results of one run by tool and arguments. Failures are never cached; a tool may opt out (`cacheable`). */
export class ToolCache {
  readonly #kept = new Map<string, string>();

  get(name: string, args: unknown): string | undefined {
    return this.#kept.get(keyOf(name, args));
  }

  keep(tool: Tool | undefined, call: ToolCall, { text, failure, fromCache }: ToolResult): void {
    const args = parseArgs(call.args);
    if (tool === undefined || failure !== null || fromCache || !args.ok) return;
    if (tool.cacheable?.(args.value, text) === false) return;
    this.#kept.set(keyOf(call.name, args.value), text);
  }
}

/** The same key for arguments that differ only in the order of their keys. */
function keyOf(name: string, args: unknown): string {
  return `${name}:${JSON.stringify(args, (_, value: unknown) => sorted(value))}`;
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
