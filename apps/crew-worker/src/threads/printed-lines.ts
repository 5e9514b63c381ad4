import { createInterface } from "node:readline";
import type { Worker } from "node:worker_threads";
import type { Logger } from "@crewstream/service";

/** What a program prints in one line is no more than this; the rest of it is left out. */
const longestLine = 8192;

/**
 * Logs what a thread prints, line by line, with the execution it runs: an automation's own words are never taken for
 * lines of ours, whatever they look like. Both outputs end with the thread.
 */
export function logPrinted(thread: Worker, log: Logger, executionId: () => string | undefined): void {
  for (const [output, stream] of [
    ["stdout", thread.stdout],
    ["stderr", thread.stderr],
  ] as const) {
    createInterface({ input: stream, crlfDelay: Infinity }).on("line", (line) => {
      if (line === "") return;
      log.info({ executionId: executionId(), output, line: line.slice(0, longestLine) }, "automation.printed");
    });
  }
}
