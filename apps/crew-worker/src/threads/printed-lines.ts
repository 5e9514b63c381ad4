import type { Readable } from "node:stream";
import type { Logger } from "@crewstream/service";
import type { PrintedLines } from "../run-logs.ts";

/** What a program prints in one line is no more than this; the rest of it is left out. */
const maxLineBytes = 8192;

/**
 * Logs what a thread or process prints, line by line, with the execution it runs: an automation's own words are never
 * taken for lines of ours, whatever they look like. Both outputs end with what prints them.
 * @param options.kept where they go besides
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
    // Its end is all that matters of a pipe that breaks.
    from[output].on("error", () => undefined);
  }
}

/** Calls `line` for each line of the chunks it is given, and holds no more than one line's beginning. */
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
