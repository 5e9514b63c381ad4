import type { Readable } from "node:stream";
import type { Logger } from "@crewstream/service";
import type { PrintedLines } from "../run-logs.ts";

/** Maximum length of a printed line; the rest is dropped. */
const maxLineBytes = 8192;

/**
 * Logs what a thread or process prints, line by line, with the execution it runs: an automation's output is never
 * mistaken for our own log lines, whatever it looks like. Both outputs end with their source.
 * @param options.kept receives the lines in addition
 */
export function logPrinted(
  from: { stdout: Readable; stderr: Readable },
  log: Logger,
  {
    executionId,
    level = "info",
    kept,
  }: { executionId: () => string | undefined; level?: "info" | "debug"; kept: PrintedLines },
): void {
  for (const output of ["stdout", "stderr"] as const) {
    const take = lineSplitter((line) => {
      if (line.trim() === "") return;
      log[level]({ executionId: executionId(), output, line }, "automation.printed");
      kept.add(executionId(), { output, line });
    });
    from[output].on("data", take);
    from[output].once("end", () => take(Buffer.from("\n")));
    // A broken pipe only means that the output has ended.
    from[output].on("error", () => undefined);
  }
}

/** Calls `line` for each line of the chunks it gets, and buffers at most the beginning of one line. */
function lineSplitter(line: (text: string) => void): (chunk: Buffer | string) => void {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let rest = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const text = Buffer.concat([held, rest.subarray(0, end)])
        .subarray(0, maxLineBytes)
        .toString("utf8");
      line(text.endsWith("\r") ? text.slice(0, -1) : text);
      held = Buffer.alloc(0);
      rest = rest.subarray(end + 1);
    }
    held = Buffer.concat([held, rest]).subarray(0, maxLineBytes);
  };
}
