import { execFileSync } from "node:child_process";
import { constants } from "node:fs";
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { defineCrew } from "../crew/define-crew.ts";
import { scriptedModel, testContext } from "../testing/index.ts";
import { builtInTools } from "../tools/builtin/built-in-tools.ts";

let directory = "";
let outside = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "crew-"));
  outside = await mkdtemp(join(tmpdir(), "outside-"));
  await writeFile(join(outside, "secret.txt"), "the secret");
});

/** Calls a tool as an agent does, and returns what the model gets. */
async function call(name: string, args: object): Promise<string> {
  const model = scriptedModel([{ tools: [{ name, args }] }, "Done."]);
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model, tools: Object.values(builtInTools) } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });
  const context = testContext({ directory });
  await crew.run(context);
  const output = context.sink.events.find(({ type }) => /^tool_usage_(finished|error)$/.test(type))?.data;
  return String(output?.["output"] ?? output?.["error"]);
}

/** Runs a crew whose only task has an output file; resolves to its outcome and the number of model calls. */
async function writeOutput(outputFile: string, inputs: Record<string, string> = {}) {
  const model = scriptedModel(["Text."]);
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a", outputFile }],
  });
  const context = testContext({ directory, inputs });
  const outcome = await crew.run(context);
  return { outcome, modelCalls: context.sink.events.filter(({ type }) => type === "llm_call_started").length };
}

/** Every tool that takes a path, with arguments that make it touch that path. */
const reading: readonly (readonly [tool: string, args: (path: string) => object])[] = [
  ["read_file", (path) => ({ path })],
  ["read_csv", (path) => ({ path })],
  ["read_json", (path) => ({ path })],
  ["search_text", (path) => ({ path, query: "secret" })],
  ["search_documents", (path) => ({ path, query: "secret" })],
  ["list_files", (path) => ({ folder: path })],
];

describe("symbolic links", () => {
  test("with a missing target do not lead a writer outside", async () => {
    await symlink(join(outside, "new.txt"), join(directory, "dangling"));
    await symlink(join(outside, "folder"), join(directory, "gone"));
    expect(await call("write_file", { path: "dangling", text: "x" })).toContain("symbolic link");
    expect(await call("write_file", { path: "gone/new.txt", text: "x" })).toContain("symbolic link");
    expect((await writeOutput("dangling")).outcome).toMatchObject({ state: "FAILED" });
    expect(await readdir(outside)).toEqual(["secret.txt"]);
  });

  test.each(reading)("lead %s nowhere, whether to files or folders", async (tool, args) => {
    await symlink(join(outside, "secret.txt"), join(directory, "file.txt"));
    await symlink(outside, join(directory, "folder"));
    for (const path of ["file.txt", "folder", "folder/secret.txt", "."]) {
      const told = await call(tool, args(path));
      expect(told).not.toContain("the secret");
      expect(told).not.toContain("secret.txt:");
    }
  });

  test("that replace a folder while files are written and read never lead outside", async () => {
    await mkdir(join(directory, "real"));
    const swapping = new AbortController();
    let swaps = 0;
    const swap = async (): Promise<void> => {
      while (!swapping.signal.aborted) {
        await rename(join(directory, "real"), join(directory, `aside${(swaps += 1)}`));
        // A writer may have created the folder meanwhile; then there is nothing to replace it with.
        await symlink(outside, join(directory, "real")).catch(() => undefined);
        // It may also write a file while the folder is being removed.
        await rm(join(directory, "real"), { recursive: true, force: true, maxRetries: 100, retryDelay: 1 });
        await mkdir(join(directory, "real"), { recursive: true });
      }
    };
    const swapped = swap();
    const told: string[] = [];
    for (let index = 0; index < 40; index += 1) {
      told.push(await call("write_file", { path: `real/file${index}.txt`, text: "x" }));
      told.push(await call("read_file", { path: "real/secret.txt" }));
    }
    swapping.abort();
    await swapped;
    expect(told.filter((text) => text.includes("the secret"))).toEqual([]);
    expect(await readdir(outside)).toEqual(["secret.txt"]);
  });
});

describe("anything but a regular file", () => {
  test("is rejected immediately: pipes with and without another end, sockets", async () => {
    execFileSync(
      "mkfifo",
      ["pipe", "read", "out.md"].map((name) => join(directory, name)),
    );
    await using _reader = await open(join(directory, "read"), constants.O_RDWR);
    await using socket = createServer();
    await new Promise<void>((resolve) => socket.listen(join(directory, "socket"), resolve));
    for (const path of ["pipe", "read", "socket"]) {
      expect(await call("write_file", { path, text: "x" })).toContain("not a regular file");
      for (const [tool, args] of reading) expect(await call(tool, args(path))).toContain("not a regular file");
    }
    expect((await writeOutput("out.md")).outcome).toMatchObject({
      state: "FAILED",
      error: expect.stringContaining("not a regular file"),
    });
    expect(await call("write_file", { path: ".", text: "x" })).toContain("is a folder");
  });
});

describe("long paths", () => {
  const long = "ü".repeat(200);
  const deep = Array.from({ length: 600 }, () => "d").join("/");

  test.each([
    [long, "the name"],
    [`folder/${long}/a.txt`, "the name"],
    [deep, "at most"],
    [`${"e".repeat(200)}/`.repeat(12), "at most"],
  ])("are refused with the limit", async (path, said) => {
    expect(await call("write_file", { path, text: "x" })).toContain(said);
    for (const [tool, args] of reading) expect(await call(tool, args(path))).toContain(said);
    expect(await readdir(directory)).toEqual([]);
  });

  test("of an output file are rejected before a model is called", async () => {
    const { outcome, modelCalls } = await writeOutput("{topic}.md", { topic: long });
    expect(outcome).toMatchObject({ state: "FAILED", error: expect.stringContaining("the name") });
    expect(modelCalls).toBe(0);
  });

  test("within the limits are accepted", async () => {
    const path = `${"f".repeat(255)}/${"ü".repeat(127)}`;
    expect(await call("write_file", { path, text: "kept" })).toContain("Wrote 4");
    expect(await readFile(join(directory, path), "utf8")).toBe("kept");
    expect(await call("list_files", {})).toBe(path);
  });
});

test("a shorter text replaces a longer one, and no message reveals the folder's real path", async () => {
  await call("write_file", { path: "a.txt", text: "a long text" });
  expect(await call("write_file", { path: "a.txt", text: "short" })).toContain("Wrote 5");
  expect(await readFile(join(directory, "a.txt"), "utf8")).toBe("short");
  for (const path of ["a.txt/b", "none/b"]) expect(await call("read_file", { path })).not.toMatch(/\/proc|\/tmp/);
});
