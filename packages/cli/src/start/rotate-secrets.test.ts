import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dropOldSecrets, rotateSecret } from "./rotate-secrets.ts";
import { keepSecrets } from "./secrets.ts";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "crewstream-rotate-"));
  path = join(dir, "secrets.json");
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("the new one comes first, the old one counts until it is dropped, the others stay", async () => {
  const before = await keepSecrets(path, {});
  const { value, kept } = await rotateSecret("ENCRYPTION_KEY", path, {});
  const [newest, old] = value.split(",");
  expect({ old, kept }).toEqual({ old: before.ENCRYPTION_KEY, kept: true });
  expect(await keepSecrets(path, {})).toEqual({ ...before, ENCRYPTION_KEY: value });

  expect(await dropOldSecrets("ENCRYPTION_KEY", path, {})).toEqual({ value: newest, kept: true });
  expect(await keepSecrets(path, {})).toEqual({ ...before, ENCRYPTION_KEY: newest });
});

test("empty items are no secrets", async () => {
  expect(await dropOldSecrets("API_TOKENS", path, { API_TOKENS: ", mine, old" })).toMatchObject({ value: "mine" });
});

test("one that the environment gives is printed, not kept", async () => {
  await keepSecrets(path, {});
  const text = await readFile(path, "utf8");
  const { value, kept } = await rotateSecret("API_TOKENS", path, { API_TOKENS: "mine" });
  expect(value).toMatch(/^cs_[\w-]+,mine$/);
  expect(kept).toBe(false);
  expect(await readFile(path, "utf8")).toBe(text);
});

test("where there is none, nothing is made up", async () => {
  await expect(rotateSecret("ENCRYPTION_KEY", path, {})).rejects.toThrow("There is no ENCRYPTION_KEY to rotate");
});
