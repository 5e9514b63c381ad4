import { chmod, mkdir, mkdtemp, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@crewstream/service";
import { expect, onTestFinished, test } from "vitest";
import { PythonProjects } from "./python-projects.ts";
import type { ServedEntry } from "./registry.ts";

const outdated = [{ file: "m.py", line: 2, what: "super() fails" }];
const target = { kind: "crew", module: "m", attribute: "A", file: "m.py", line: 1, paths: ["."] };

/**
 * A stand-in for Python: finds the targets, and describes them; the description in `ANSWER` is written to the worker's
 * pipe.
 */
const python = (names: string[], answer: string): string => `#!/bin/sh
echo "$2" >> "\${0%/*}/asked"
if [ "$2" = find ]; then
  echo '${JSON.stringify({ targets: names.map((name) => ({ ...target, name })), outdated, description: "A poem", replays: true })}'
else
  ${answer}
fi
`;
const takes = { t: "described", kind: "crew", name: null, inputs: ["topic"], required: ["topic"], schema: null };
const describes = `echo '${JSON.stringify(takes)}' >&3`;
const fails = `echo '{"t":"undescribed","error":"no key sk-secret-4711","type":"KeyError","traceback":""}' >&3`;

async function project(): Promise<{
  dir: string;
  folder: string;
  setUp(script: string, crewai?: string): Promise<void>;
}> {
  const dir = await mkdtemp(join(tmpdir(), "crewstream-python-projects-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const folder = join(dir, "poem");
  await mkdir(folder);
  await writeFile(join(folder, "m.py"), "import crewai\n");
  const setUp = async (script: string, crewai = "1.15.30"): Promise<void> => {
    await mkdir(join(folder, ".venv/bin"), { recursive: true });
    await mkdir(join(folder, `.venv/lib/python3.12/site-packages/crewai-${crewai}.dist-info`), { recursive: true });
    await writeFile(join(folder, ".venv/pyvenv.cfg"), "version_info = 3.12.4\n");
    await writeFile(join(folder, ".venv/bin/python"), script);
    await chmod(join(folder, ".venv/bin/python"), 0o755);
  };
  return { dir, folder, setUp };
}

function projectsOf({ dir, folder }: { dir: string; folder: string }) {
  const served = new Map<string, ServedEntry>();
  const changes: (string | undefined)[] = [];
  const projects = new PythonProjects({
    pythonDir: join(dir, "python"),
    env: { PATH: process.env["PATH"] ?? "", API_KEY: "sk-secret-4711" },
    folders: [folder],
    served,
    log: createLogger({ name: "test", level: "silent" }),
    changed: (entry) => void changes.push(entry?.announcement.name),
  });
  const look = async (imports: boolean): Promise<void> => {
    const { imported } = await projects.look({ imports, signal: new AbortController().signal });
    await imported;
  };
  const states = () => projects.unavailable.map(({ name, state }) => `${name} ${state}`);
  return { served, changes, projects, look, states };
}

test("a project is served as soon as it has an environment; its code is imported once per version", async () => {
  const made = await project();
  const first = projectsOf(made);
  await first.look(false);
  expect(first.projects.unavailable).toMatchObject([
    { name: "poem", runtime: "python", state: "needs_setup", fix: "npx crewstream python sync poem" },
  ]);
  await made.setUp(python([""], describes));
  await first.look(false);
  expect(first.states()).toEqual(["poem starting"]);
  await first.look(true);
  expect(first.states()).toEqual([]);
  expect(first.served.get("poem")?.announcement).toMatchObject({
    kind: "crew",
    runtime: "python",
    inputs: ["topic"],
    environment: { python: "3.12.4", crewai: "1.15.30" },
  });
  expect(first.changes).toEqual([undefined, undefined, "poem", undefined]);
  // The next worker gets the description without an import, before it announces what it serves.
  const second = projectsOf(made);
  await second.look(false);
  expect([...second.served.keys()]).toEqual(["poem"]);
  const asked = () => readFile(join(made.folder, ".venv/bin/asked"), "utf8");
  expect((await asked()).match(/describe/g)).toHaveLength(1);
  await writeFile(join(made.folder, "m.py"), "import crewai  # changed\n");
  await projectsOf(made).look(true);
  expect((await asked()).match(/describe/g)).toHaveLength(2);
});

test("code that fails is not imported again until its environment changes, and no secret is shown", async () => {
  const made = await project();
  await made.setUp(python([""], fails));
  const { look, projects, states, served } = projectsOf(made);
  await look(true);
  await look(true);
  expect(projects.unavailable).toMatchObject([
    { name: "poem", state: "failed", reason: "KeyError: no key [secret]\nm.py:2 super() fails" },
  ]);
  expect((await readFile(join(made.folder, ".venv/bin/asked"), "utf8")).match(/describe/g)).toHaveLength(1);
  // A key that was missing is in the .env now, or a package in the environment.
  await writeFile(join(made.folder, ".env"), "OTHER_KEY=1\n");
  await look(true);
  await look(true);
  expect((await readFile(join(made.folder, ".venv/bin/asked"), "utf8")).match(/describe/g)).toHaveLength(2);
  await made.setUp(python([""], describes));
  await utimes(join(made.folder, ".venv/pyvenv.cfg"), 1, 1);
  await look(true);
  expect(states()).toEqual([]);
  expect([...served.keys()]).toEqual(["poem"]);
});

test("one of several automations fails, the others are served", async () => {
  const made = await project();
  const answer = `if read line <&4 && echo "$line" | grep -q '"name":"Bad"'; then ${fails}; else ${describes}; fi`;
  await made.setUp(python(["Good", "Bad"], answer));
  const { look, states, served } = projectsOf(made);
  await look(true);
  expect([...served.keys()]).toEqual(["poem-Good"]);
  expect(states()).toEqual(["poem-Bad failed"]);
});

test("a project whose import hangs does not keep another from being served", async () => {
  const made = await project();
  await made.setUp(python([""], "read line <&4; sleep 1000"));
  const other = await project();
  await other.setUp(python([""], describes));
  const served = new Map<string, ServedEntry>();
  const ready = Promise.withResolvers<string>();
  const renamed = join(other.dir, "song");
  await rename(other.folder, renamed);
  const projects = new PythonProjects({
    pythonDir: join(made.dir, "python"),
    env: { PATH: process.env["PATH"] ?? "" },
    folders: [made.folder, renamed],
    served,
    log: createLogger({ name: "test", level: "silent" }),
    changed: (entry) => {
      if (entry !== undefined) ready.resolve(entry.announcement.name);
    },
  });
  const stopping = new AbortController();
  const { imported } = await projects.look({ imports: true, signal: stopping.signal });
  expect(await ready.promise).toBe("song");
  expect(projects.unavailable).toMatchObject([{ name: "poem", state: "starting" }]);
  // Nor does it keep later passes from seeing what has changed.
  await projects.look({ imports: true, signal: stopping.signal });
  stopping.abort(new Error("stopping"));
  await imported;
});

test("a version of crewai that is too old is named, with what a newer one lacks; no code is imported", async () => {
  const made = await project();
  await made.setUp(python([""], describes), "0.86.0");
  const { look, projects } = projectsOf(made);
  await look(true);
  const [refused] = projects.unavailable;
  expect(refused).toMatchObject({ name: "poem", state: "failed" });
  expect(refused?.reason).toMatch(/^crewai 0\.86\.0 is too old: [^]*0\.105[^]*\nm\.py:2 super\(\) fails$/);
  expect(await readFile(join(made.folder, ".venv/bin/asked"), "utf8")).not.toContain("describe");
});

test("a project whose folder was removed failed; it does not need setup", async () => {
  const made = await project();
  const first = projectsOf(made);
  await first.look(false);
  expect(first.states()).toEqual(["poem needs_setup"]);
  await rm(made.folder, { recursive: true });
  await first.look(false);
  expect(first.states()).toEqual(["poem failed"]);
});
