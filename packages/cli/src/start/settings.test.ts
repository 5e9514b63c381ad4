import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { assertPortFree, loadSettings, localUrl, namesRedis } from "./settings.ts";

test("a port that is taken is refused with the way to choose another", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await expect(assertPortFree({ HOST: "127.0.0.1", PORT: port })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is used by another program. Stop it, or choose another port: PORT=`,
  );
  server.close();
  await once(server, "close");
  await assertPortFree({ HOST: "127.0.0.1", PORT: port });
});

test("a host that is none of this machine's is refused", async () => {
  await expect(assertPortFree({ HOST: "192.0.2.1", PORT: 0 })).rejects.toThrow("HOST=192.0.2.1 is not an address");
});

test("an empty variable is an absent one", () => {
  expect(loadSettings({ PORT: "", DATA_DIR: "" })).toMatchObject({ PORT: 3000, DATA_DIR: ".crewstream" });
  expect(() => loadSettings({ PORT: "many" })).toThrow("PORT");
  expect(namesRedis({ REDIS_URL: "" })).toBe(false);
  expect(namesRedis({ REDIS_SENTINELS: "a:1" })).toBe(true);
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:1"],
  ["0.0.0.0", "http://127.0.0.1:1"],
  ["::", "http://127.0.0.1:1"],
  ["::1", "http://[::1]:1"],
])("an API on %s is reached at %s", (host, url) => {
  expect(localUrl(host, 1)).toBe(url);
});
