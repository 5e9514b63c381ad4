import { lstat, mkdir, mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeWorkFolder } from "./work-folder.ts";

async function project(files: Record<string, string>): Promise<{ from: string; to: string }> {
  const folder = await mkdtemp(join(tmpdir(), "crewstream-work-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, "from", name);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, text);
  }
  return { from: join(folder, "from"), to: join(folder, "to") };
}

test("a run works in a copy: what it writes reaches neither the project nor the next run", async () => {
  const { from, to } = await project({
    "knowledge/notes.txt": "notes",
    "big.csv": "x".repeat(2_000_000),
    ".env": "KEY=1",
    ".git/config": "",
    "env/pyvenv.cfg": "",
    "env/lib/x.py": "",
    "node_modules/x.js": "",
  });
  await makeWorkFolder(from, to);
  await writeFile(join(to, "knowledge/notes.txt"), "changed");
  expect(await readFile(join(from, "knowledge/notes.txt"), "utf8")).toBe("notes");
  // Large data is linked, and so are secrets: they are not copied into run folders.
  expect(await readlink(join(to, "big.csv"))).toBe(join(from, "big.csv"));
  expect(await readlink(join(to, ".env"))).toBe(join(from, ".env"));
  for (const left of [".git", "env", "node_modules"]) await expect(lstat(join(to, left))).rejects.toThrow("ENOENT");
});

test("a resumed run keeps what it wrote; one whose copy was interrupted gets a complete one", async () => {
  const { from, to } = await project({ "a.txt": "a", ".env": "", "folder/b.txt": "b" });
  await makeWorkFolder(from, to);
  await writeFile(join(to, "a.txt"), "written");
  await makeWorkFolder(from, to);
  expect(await readFile(join(to, "a.txt"), "utf8")).toBe("written");
  await rm(join(to, ".crewstream-run"));
  await rm(join(to, "folder"), { recursive: true });
  await makeWorkFolder(from, to);
  expect(await readFile(join(to, "folder/b.txt"), "utf8")).toBe("b");
});
