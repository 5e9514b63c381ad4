import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withSecretFiles } from "./secret-files.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "crewstream-secret-files-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("a secret is read from the file that NAME_FILE names, without the line break at its end", async () => {
  const path = join(dir, "tokens");
  await writeFile(path, "ops:one,ci:two\n");
  const env = { API_TOKENS_FILE: path, REDIS_URL_FILE: "", REDIS_TLS_CA_FILE: "/ca", PATH: "/bin" };
  expect(withSecretFiles(env)).toEqual({ API_TOKENS: "ops:one,ci:two", REDIS_TLS_CA_FILE: "/ca", PATH: "/bin" });
});

test("a file that cannot be read, and a secret that is given twice, are configuration errors without the secret", () => {
  expect(() => withSecretFiles({ ENCRYPTION_KEY_FILE: join(dir, "none") })).toThrow(/ENCRYPTION_KEY_FILE: ENOENT/);
  expect(() => withSecretFiles({ ENCRYPTION_KEY_FILE: "/x", ENCRYPTION_KEY: "hush" })).toThrow(
    /ENCRYPTION_KEY and ENCRYPTION_KEY_FILE are both set: remove one of them$/,
  );
});
