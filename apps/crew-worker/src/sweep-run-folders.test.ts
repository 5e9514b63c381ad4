import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newExecutionId } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { sweepEveryMs, sweepRunFolders } from "./sweep-run-folders.ts";

test("removes the folders of executions that have expired, and nothing else", async () => {
  const [kept, expired] = [newExecutionId(), newExecutionId()];
  const dir = await mkdtemp(join(tmpdir(), "crewstream-sweep-"));
  for (const name of [kept, expired, "notes"]) {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, "report.md"), "text");
  }
  const { signal } = new AbortController();
  const exists = (id: string) => Promise.resolve(id === kept);
  const later = Date.now() + 2 * sweepEveryMs;
  expect(await sweepRunFolders({ dir, signal, exists, now: Date.now() })).toBe(0);
  expect(await sweepRunFolders({ dir, signal, exists, now: later })).toBe(1);
  expect(new Set(await readdir(dir))).toEqual(new Set([kept, "notes"]));
  expect(await sweepRunFolders({ dir: join(dir, "missing"), signal, exists, now: later })).toBe(0);
  await rm(dir, { recursive: true });
});
