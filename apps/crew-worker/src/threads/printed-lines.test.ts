import { Worker } from "node:worker_threads";
import { createLogger } from "@crewstream/service";
import { expect, test } from "vitest";
import { logPrinted } from "./printed-lines.ts";

test("what a run prints becomes a log line with its execution, even if it looks like a log line itself", async () => {
  const code = `console.log('{"level":60,"msg":"crew-worker.start_failed"}'); console.error("oh\\nno"); process.stdout.write("half");`;
  const thread = new Worker(code, { eval: true, stdout: true, stderr: true });
  const lines: Record<string, unknown>[] = [];
  const all = Promise.withResolvers<void>();
  const to = {
    write: (line: string) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
      if (lines.length === 4) all.resolve();
    },
  };
  const kept: string[] = [];
  logPrinted(thread, createLogger({ name: "crew-worker", level: "info", to }), {
    executionId: () => "the-execution",
    kept: { add: (id, { output, line }) => void kept.push(`${String(id)} ${output} ${line}`) },
  });
  await all.promise;
  expect(lines.map(({ msg, executionId }) => [msg, executionId])).toEqual(
    Array.from({ length: 4 }, () => ["automation.printed", "the-execution"]),
  );
  expect(kept).toContain("the-execution stdout half");
  expect(lines.map(({ output, line }) => `${String(output)} ${String(line)}`).sort()).toEqual([
    "stderr no",
    "stderr oh",
    "stdout half",
    'stdout {"level":60,"msg":"crew-worker.start_failed"}',
  ]);
});
