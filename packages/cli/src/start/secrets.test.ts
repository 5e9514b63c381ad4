import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signingSecretSchema } from "@crewstream/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { firstToken, generateSecrets, keepSecrets } from "./secrets.ts";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "crewstream-secrets-"));
  path = join(dir, "secrets.json");
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("makes secrets of the shapes the processes want, each time new ones", () => {
  const secrets = generateSecrets();
  expect(Buffer.from(secrets.ENCRYPTION_KEY, "base64")).toHaveLength(32);
  expect(signingSecretSchema.parse(secrets.WEBHOOK_SIGNING_SECRET)).toBe(secrets.WEBHOOK_SIGNING_SECRET);
  expect(secrets.API_TOKENS).toMatch(/^cs_[\w-]{43}$/);
  expect(generateSecrets()).not.toEqual(secrets);
});

test("keeps them in a file that only its owner reads", async () => {
  const first = await keepSecrets(path, {});
  expect(await keepSecrets(path, {})).toEqual(first);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("what the environment gives wins and is not written down", async () => {
  const kept = await keepSecrets(path, {});
  const given = await keepSecrets(path, { API_TOKENS: "mine", ENCRYPTION_KEY: "" });
  expect(given).toEqual({ ...kept, API_TOKENS: "mine" });
  expect(await readFile(path, "utf8")).not.toContain("mine");
});

test("a damaged file is not replaced: the old key still encrypts what is stored", async () => {
  await writeFile(path, '{"API_TOKENS": "a"');
  await expect(keepSecrets(path, {})).rejects.toThrow(/is damaged. Restore it/);
  expect(await readFile(path, "utf8")).toBe('{"API_TOKENS": "a"');
});

test.each([
  ["one", "one"],
  ["one,two", "one"],
  [" , one", "one"],
  ["ops:secret:admin,two", "secret"],
])("the first token of %s is %s", (list, token) => {
  expect(firstToken(list)).toBe(token);
});
