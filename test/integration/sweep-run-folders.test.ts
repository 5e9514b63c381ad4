import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newExecutionId } from "@crewstream/contracts";
import { createExecution, openStore } from "@crewstream/redis";
import { createLogger } from "@crewstream/service";
import { expect, inject, test } from "vitest";
import { sweepRunFolders } from "../../apps/crew-worker/src/sweep-run-folders.ts";

test("removes the folders of executions that have expired, and nothing else", async () => {
  const log = createLogger({ name: "test", level: "silent" });
  const config = { REDIS_URL: inject("redisUrl"), KEY_PREFIX: `sweep${Date.now()}`, QUEUE_PARTITIONS: 1 };
  await using store = openStore(config, { patience: "patient", log, name: "test" });
  const [kept, expired] = [newExecutionId(), newExecutionId()];
  await createExecution(store, {
    id: kept,
    automation: "a",
    kind: "crew",
    inputs: {},
    meta: undefined,
    token: "t",
    createdAt: Date.now(),
    subscriptions: [],
  });
  const dir = await mkdtemp(join(tmpdir(), "crewstream-sweep-"));
  for (const name of [kept, expired, "notes"]) {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, "report.md"), "text");
  }
  const { signal } = new AbortController();
  expect(await sweepRunFolders(store, dir, signal, Date.now())).toBe(0);
  expect(await sweepRunFolders(store, dir, signal, Date.now() + 2 * 3_600_000)).toBe(1);
  expect((await readdir(dir)).toSorted((a, b) => a.localeCompare(b))).toEqual([kept, "notes"]);
  expect(await sweepRunFolders(store, join(dir, "missing"), signal, Date.now())).toBe(0);
  await rm(dir, { recursive: true });
});
