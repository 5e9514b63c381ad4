import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rotateSecret } from "../start/rotate-secrets.ts";
import { keepSecrets } from "../start/secrets.ts";
import { addressFile, resolveConnection } from "./connection.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "crewstream-connection-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("finds the API that runs on the data folder, with its token", async () => {
  const { API_TOKENS } = await keepSecrets(join(dir, "secrets.json"), {});
  await writeFile(join(dir, addressFile), '{"url":"http://127.0.0.1:4711"}');
  expect(await resolveConnection({}, { DATA_DIR: dir })).toEqual({ url: "http://127.0.0.1:4711", token: API_TOKENS });
  await rm(join(dir, addressFile));
  expect((await resolveConnection({}, { DATA_DIR: dir, PORT: "0" })).url).toBe("http://127.0.0.1:3000");
});

test("after a rotation it sends the token that the running server knows", async () => {
  const path = join(dir, "secrets.json");
  const { API_TOKENS } = await keepSecrets(path, {});
  await rotateSecret("API_TOKENS", path, {});
  await rotateSecret("API_TOKENS", path, {});
  expect((await resolveConnection({}, { DATA_DIR: dir })).token).toBe(API_TOKENS);
});

test("options win over the environment", async () => {
  const env = { DATA_DIR: dir, CREWSTREAM_URL: "https://a.example/", CREWSTREAM_TOKEN: "one" };
  expect(await resolveConnection({}, env)).toEqual({ url: "https://a.example", token: "one" });
  expect(await resolveConnection({ url: "https://b.example/base/", token: "two" }, env)).toEqual({
    url: "https://b.example/base",
    token: "two",
  });
});

test.each(["https://crews.example.com", "http://127.0.0.1.example.com", "http://10.0.0.1:3000"])(
  "the token kept here is never sent to %s",
  async (url) => {
    await keepSecrets(join(dir, "secrets.json"), {});
    await expect(resolveConnection({ url }, { DATA_DIR: dir, API_TOKENS: "local" })).rejects.toThrow(
      `There is no token for ${url}`,
    );
  },
);

test.each(["localhost:3000", "ftp://a", "not a url"])("%s is refused as an address", async (url) => {
  await expect(resolveConnection({ url, token: "t" }, {})).rejects.toThrow("is not a valid API address");
});
