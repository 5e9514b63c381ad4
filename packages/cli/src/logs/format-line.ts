import { stripVTControlCharacters, type styleText } from "node:util";
import type { LogLevel, LogLine } from "./log-line.ts";

type Style = Parameters<typeof styleText>[0];
/** Colours a text, or returns it unchanged if there are no colours. */
export type Paint = (style: Style, text: string) => string;

const levelStyles: Record<LogLevel, Style> = {
  trace: "gray",
  debug: "gray",
  info: "green",
  warn: "yellow",
  error: "red",
  fatal: ["red", "bold"],
};

const nameStyles: readonly Style[] = ["cyan", "magenta", "blue", "yellow"];

/** Maximum length of a field; `--json` shows the rest. Nested values get less of a line than text. */
const fieldLimit = { text: 200, nested: 60 };

/**
 * One readable line, e.g. `12:00:01.123 api              info  api.ready  port=3000`; an error's stack follows it,
 * indented.
 * @param column the process's place in the list, which chooses its colour
 */
export function formatLine(name: string, column: number, line: LogLine, paint: Paint, now = Date.now()): string {
  const style = nameStyles[column % nameStyles.length] ?? "cyan";
  const { err, ...fields } = line.fields;
  const error = describeError(err);
  const facts = Object.entries(fields).map(([key, value]) => `${paint("gray", `${key}=`)}${fieldText(value)}`);
  const head = [
    paint("gray", clock(line.time ?? now)),
    paint(style, name.padEnd(15)),
    paint(levelStyles[line.level], line.level.padEnd(5)),
    [line.message, ...facts, ...(error === undefined ? [] : [paint("red", printable(error.message))])].join("  "),
  ].join(" ");
  if (error?.stack === undefined) return head;
  return `${head}\n${error.stack.map((each) => `    ${paint("gray", each)}`).join("\n")}`;
}

/** A message of several lines (a configuration's problems) keeps them; anything else is one short text. */
function fieldText(value: unknown): string {
  if (typeof value === "string" && value.includes("\n")) return `\n    ${printable(value).replaceAll("\n", "\n    ")}`;
  const text = typeof value === "string" && /^\S+$/.test(value) ? printable(value) : JSON.stringify(value);
  const limit = typeof value === "object" ? fieldLimit.nested : fieldLimit.text;
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** Fields may contain what clients and receivers sent, which must not control the terminal. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n]/gu, " ");
}

function describeError(err: unknown): { message: string; stack: string[] | undefined } | undefined {
  if (typeof err !== "object" || err === null) return undefined;
  const { message, stack } = err as { message?: unknown; stack?: unknown };
  const frames =
    typeof stack === "string" ? stack.split("\n").filter((each) => each.trimStart().startsWith("at ")) : [];
  return {
    message: typeof message === "string" ? message : JSON.stringify(err),
    stack: frames.length === 0 ? undefined : frames.map((each) => each.trim()),
  };
}

/** Local time of day, to the millisecond. */
function clock(time: number): string {
  const date = new Date(time);
  const pad = (value: number, width = 2): string => String(value).padStart(width, "0");
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}
