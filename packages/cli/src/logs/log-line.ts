/** A parsed log line. */
export interface LogLine {
  /** Milliseconds since 1970; undefined for a line that is not JSON. */
  time: number | undefined;
  level: LogLevel;
  message: string;
  /** The remaining fields, without those that every line of a process repeats. */
  fields: Record<string, unknown>;
}

const levels = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" } as const;
export type LogLevel = (typeof levels)[keyof typeof levels];

/** Reads a pino line; any other line becomes the message of an `info` line. */
export function parseLogLine(line: string): LogLine {
  const record = parseObject(line);
  if (record === undefined) return { time: undefined, level: "info", message: line, fields: {} };
  const { time, level, msg, name: _name, pid: _pid, hostname: _hostname, ...fields } = record;
  return {
    time: typeof time === "number" ? time : undefined,
    level: levels[level as keyof typeof levels] ?? "info",
    message: typeof msg === "string" ? msg : "",
    fields,
  };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
