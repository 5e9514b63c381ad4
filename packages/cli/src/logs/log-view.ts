import { styleText } from "node:util";
import { formatLine, type Paint } from "./format-line.ts";
import { parseLogLine } from "./log-line.ts";

/** The output of `crewstream start`: its processes' logs and its own messages. */
export interface LogView {
  /** A process's log line, unparsed. */
  line: (name: string, line: string) => void;
  /** A message of `crewstream start` itself. */
  say: (sentence: string) => void;
  /** Text for people, outside the log; in a JSON log its data is one line instead. */
  banner: (text: string, facts: Record<string, unknown>) => void;
}

/** Readable lines; colours where stdout is a terminal and `NO_COLOR` is not set. */
export function readableView(write: (text: string) => void, paint: Paint = paintStdout): LogView {
  const columns: string[] = [];
  const columnOf = (name: string): number => {
    if (!columns.includes(name)) columns.push(name);
    return columns.indexOf(name);
  };
  return {
    line: (name, line) => write(`${formatLine(name, columnOf(name), parseLogLine(line), paint)}\n`),
    say: (sentence) => write(`${formatLine("start", 0, sentenceLine(sentence), (_style, text) => text)}\n`),
    banner: (text) => write(`\n${text}\n\n`),
  };
}

/** The processes' own JSON lines, unchanged; what is no JSON (Redis, a crash) is wrapped so that every line is. */
export function jsonView(write: (text: string) => void): LogView {
  const own = (fields: Record<string, unknown>): void => {
    write(`${JSON.stringify({ level: 30, time: Date.now(), ...fields })}\n`);
  };
  return {
    line: (name, line) => (line.startsWith("{") ? write(`${line}\n`) : own({ name, msg: line })),
    say: (sentence) => own({ name: "start", msg: sentence }),
    banner: (_text, facts) => own({ name: "start", ...facts, msg: "start.ready" }),
  };
}

const paintStdout: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

function sentenceLine(message: string): Parameters<typeof formatLine>[2] {
  return { time: undefined, level: "info", message, fields: {} };
}
