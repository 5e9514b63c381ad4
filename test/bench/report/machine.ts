import { arch, availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

/** The machine, as far as it explains the figures. */
export function describeMachine(redisVersion: string): Record<string, string | number> {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${process.platform} ${release()} ${arch()}`,
    node: process.version,
    redis: redisVersion,
    loadBefore: loadavg()[0]?.toFixed(2) ?? "",
  };
}
