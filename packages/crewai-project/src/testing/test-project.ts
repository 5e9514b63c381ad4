import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A project folder that is deleted when its scope ends. */
export interface TestProject extends AsyncDisposable {
  dir: string;
}

/** Writes a project for a test: texts, bytes, or values as JSON, by path. */
export async function testProject(files: Readonly<Record<string, unknown>>): Promise<TestProject> {
  const dir = await mkdtemp(join(tmpdir(), "crewstream-project-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), isPlain(content) ? content : JSON.stringify(content));
  }
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

function isPlain(content: unknown): content is string | Uint8Array {
  return typeof content === "string" || content instanceof Uint8Array;
}

/** A valid crew, for tests that change one thing in it. */
export const soundCrew = {
  "agents/writer.json": { role: "Writer", goal: "Write", backstory: "Writes" },
  "crew.json": {
    agents: ["writer"],
    tasks: [{ name: "write", description: "Write", expected_output: "A text", agent: "writer" }],
  },
};
