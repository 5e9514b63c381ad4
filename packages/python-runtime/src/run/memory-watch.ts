import { readFile } from "node:fs/promises";
import { AppError, ErrorCode } from "@crewstream/contracts";

const everyMs = 1000;

/**
 * Measures once a second how much unshared memory a run's processes use, and calls `exceeded` once when it is more than
 * allowed. A limit of address space would not do: arrow and onnxruntime reserve far more than they use.
 */
export class MemoryWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #exceeded: AppError | undefined;

  constructor(pid: number, limitMb: number, exceeded: () => void) {
    const look = async (): Promise<void> => {
      const usedMb = Math.round((await privateBytes(pid)) / (1024 * 1024));
      if (usedMb <= limitMb || this.#exceeded !== undefined) return;
      const text = `The run exceeded its limit of ${limitMb} MB (RUN_MEMORY_MB): its processes held ${usedMb} MB.`;
      this.#exceeded = new AppError(text, { code: ErrorCode.limitExceeded });
      exceeded();
    };
    this.#timer = setInterval(() => void look(), everyMs);
  }

  /** Why the run was ended; undefined while it stays below its limit. */
  get exceeded(): AppError | undefined {
    return this.#exceeded;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Private memory of a process and everything it has started; 0 if the system has no /proc. */
async function privateBytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  let bytes = 0;
  for (const [, kilobytes] of rollup.matchAll(/^(?:Private_Clean|Private_Dirty|Swap):\s+(\d+) kB$/gm)) {
    bytes += Number(kilobytes) * 1024;
  }
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  for (const child of children.split(" ")) if (child !== "") bytes += await privateBytes(Number(child));
  return bytes;
}
