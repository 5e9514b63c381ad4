import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { eventTypes, runtimesEmitting } from "@crewstream/contracts";
import { expect, inject, test } from "vitest";

const venv = inject("pythonVenv");

/**
 * All Python source of the installed library, by its path in the library. It is read, not imported: importing takes 8
 * s.
 */
async function librarySource(): Promise<[path: string, text: string][]> {
  const find = "import importlib.util; print(importlib.util.find_spec('crewai').origin)";
  const { stdout } = await promisify(execFile)(join(venv, "bin/python"), ["-c", find]);
  const root = dirname(stdout.trim());
  const paths = (await readdir(root, { recursive: true })).filter((path) => path.endsWith(".py"));
  return Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), "utf8")] as const));
}

/** The class of each type of event, as declared. */
function classes(text: string): [type: string, name: string][] {
  return text.split(/^class /m).flatMap((body) => {
    const type = /^ {4}type: Literal\[\s*"(\w+)"/m.exec(body)?.[1];
    return type === undefined ? [] : [[type, /^\w+/.exec(body)?.[0] ?? ""]];
  });
}

test.skipIf(venv === "")("events marked as emitted in Python are those that CrewAI's library builds", async () => {
  const source = await librarySource();
  const classOf = new Map(source.flatMap(([, text]) => classes(text)));
  const others = source.filter(([path]) => !path.startsWith("events/types/")).map(([, text]) => text);
  const code = others.join("\n").replaceAll(/^class .*/gm, "");
  const isBuilt = (type: string): boolean => {
    const name = classOf.get(type);
    return name !== undefined && new RegExp(`\\b${name}\\(|": ${name},`).test(code);
  };
  const marked = eventTypes.filter((type) => runtimesEmitting(type).includes("python"));
  // A step's events are ours: the library has none.
  expect(marked.filter((type) => !isBuilt(type))).toEqual(["crew_step_started", "crew_step_completed"]);
  // Created in an A2A server, and when the process gets a signal.
  const elsewhere = /^(a2a_server_task_|SIG)/;
  const rest = eventTypes.filter((type) => !marked.includes(type) && !elsewhere.test(type));
  expect(rest.filter((type) => isBuilt(type))).toEqual([]);
});
