import { text } from "node:stream/consumers";
import { styleText } from "node:util";
import { withSecretFiles, type Environment } from "@crewstream/service";
import type { Paint } from "../logs/format-line.ts";

/** Everything of the process that a command uses, so that tests can pass in their own. */
export interface Io {
  env: Environment;
  /** Results: what a script reads. */
  write: (text: string) => void;
  /** Messages for people, separate from the results. */
  remark: (text: string) => void;
  /** Colours, where a terminal shows them and `NO_COLOR` is not set. */
  paint: Paint;
  /** Width of the terminal in columns; undefined when there is none, and lines may have any length. */
  columns: number | undefined;
  /** All of stdin. */
  readInput: () => Promise<string>;
  /** Aborts with the first Ctrl-C. */
  interrupted: () => AbortSignal;
}

/** Ends a command whose pipe was closed, as in `crewstream events ID | head`, which is not an error. */
export function endWithReader(error: NodeJS.ErrnoException): void {
  process.exit(error.code === "EPIPE" ? 0 : 1);
}

/** The real process. */
export function processIo(): Io {
  process.stdout.on("error", endWithReader);
  return {
    get env() {
      return withSecretFiles(process.env);
    },
    write: (output) => void process.stdout.write(output),
    remark: (output) => void process.stderr.write(output),
    paint: (style, output) => styleText(style, output, { stream: process.stdout }),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    readInput: () => text(process.stdin),
    interrupted: () => {
      const controller = new AbortController();
      for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort());
      return controller.signal;
    },
  };
}
