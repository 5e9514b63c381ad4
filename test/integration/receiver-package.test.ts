import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const installed = "node_modules/@crewstream/receiver";

/** Another project, in an empty folder, with the packed package and zod unpacked in its `node_modules`. */
let project = "";

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "crewstream-receiver-"));
  const dist = join(project, "dist");
  await run(process.execPath, [join(root, "packages/receiver/scripts/build.ts"), dist]);
  const { stdout } = await run("npm", ["pack", dist, "--pack-destination", project, "--json"], { cwd: project });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await mkdir(join(project, installed), { recursive: true });
  await run("tar", ["-xzf", filename, "-C", installed, "--strip-components", "1"], { cwd: project });
  await rm(dist, { recursive: true });
  await symlink(join(root, "node_modules/zod"), join(project, "node_modules/zod"));
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
}, 120_000);
afterAll(() => rm(project, { recursive: true, force: true }));

test("it depends only on zod, and on none of our packages", async () => {
  const manifest = JSON.parse(await readFile(join(project, installed, "package.json"), "utf8")) as object;
  expect(manifest).toMatchObject({ name: "@crewstream/receiver", dependencies: { zod: expect.any(String) } });
  expect(manifest).not.toHaveProperty("private");
  expect(Object.keys((manifest as { dependencies: object }).dependencies)).toEqual(["zod"]);
  const module = await readFile(join(project, installed, "index.js"), "utf8");
  const imports = [...module.matchAll(/^import .* from "([^"]+)"/gm)].map((match) => match[1]);
  expect(imports.filter((name) => name !== "zod" && name?.startsWith("node:") !== true)).toEqual([]);
  expect(await readdir(join(project, installed))).toEqual(
    expect.arrayContaining(["LICENSE", "README.md", "index.js", "package.json", "types"]),
  );
});

test("it runs with only itself and zod installed", async () => {
  await writeFile(
    join(project, "receive.js"),
    `import { fetchReceiver, sign } from "@crewstream/receiver";
    const secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const timestamp = Math.floor(Date.now() / 1000);
    const body = JSON.stringify({ events: [{ id: "e1", execution_id: "x1", timestamp: "2026-11-23T14:08:45.166Z",
      type: "flow_failed", data: { emission_sequence: 1, flow_name: "Notes", error: "no changes" } }] });
    const headers = { "webhook-id": "dlv_1", "webhook-timestamp": String(timestamp),
      "webhook-signature": sign({ id: "dlv_1", timestamp, body, secrets }) };
    const receive = fetchReceiver({ secrets }, ({ events: [event] }) => console.log(event.known, event.data.error));
    const response = await receive(new Request("http://receiver/", { method: "POST", headers, body }));
    console.log(response.status);`,
  );
  const { stdout } = await run(process.execPath, ["receive.js"], { cwd: project });
  expect(stdout).toBe("true no changes\n204\n");
});

test("its types compile in a strict project without Node's types, and narrow", async () => {
  const source = (use: string): string => `
    import { expressReceiver, fetchReceiver, type ReceivedEvent } from "@crewstream/receiver";
    export const handle = (event: ReceivedEvent): string => {
      if (event.known && event.type === "task_completed") return event.data.output.${use};
      return event.type;
    };
    export const receive = fetchReceiver({ secrets: [] }, ({ events }) => events.map(handle));
    export const middleware = expressReceiver({ secrets: [] }, async ({ id, executionId }) => id + executionId);
  `;
  await writeFile(join(project, "good.ts"), source("raw"));
  await writeFile(join(project, "bad.ts"), source("raw.toFixed()"));
  const tsc = (file: string): Promise<{ stdout: string }> =>
    run(
      join(root, "node_modules/.bin/tsc"),
      ["--noEmit", "--strict", "--module", "nodenext", "--lib", "es2022,dom,dom.asynciterable", "--types", "", file],
      { cwd: project },
    );
  await tsc("good.ts");
  await expect(tsc("bad.ts")).rejects.toMatchObject({ stdout: expect.stringContaining("toFixed") });
}, 120_000);
