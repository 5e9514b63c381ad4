import { readFileSync, writeFileSync } from "node:fs";

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own tick. */
const ticksPerSecond = 100;

/** CPU seconds, user and system, that a process has used so far. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the command in parentheses and may contain spaces: count from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Peak memory of a process since {@link resetPeak}, in MB. */
export function peakMegabytes(pid: number): number {
  return status(pid, "VmHWM");
}

export function residentMegabytes(pid: number): number {
  return status(pid, "VmRSS");
}

/** Resets the peak; if the kernel does not allow that, it counts from the process's start. */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Not writable in some containers.
  }
}

function status(pid: number, field: string): number {
  const line = readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`^${field}:\\s+(\\d+) kB`, "m"));
  return Number(line?.[1] ?? 0) / 1024;
}
