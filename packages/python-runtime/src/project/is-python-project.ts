import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** A declarative project is run in TypeScript, unless it requires Python. */
const declarative = ["crew.jsonc", "crew.json", "flow.yaml", "flow.yml", "flow.json"];
const maxDepth = 4;

/**
 * Whether the CrewAI project in a folder is written in Python: a pyproject.toml or requirements.txt that depends on
 * crewai and Python files, or a classic crew's `crew.py`; not one that is declared in JSON or YAML.
 */
export async function isPythonProject(folder: string): Promise<boolean> {
  const pyproject = await textOf(join(folder, "pyproject.toml"));
  if (/^\s*(runtime\s*=\s*["']python["']|target\s*=)/m.test(tableOf(pyproject, "tool.crewstream"))) return true;
  for (const file of declarative) if (await isFile(join(folder, file))) return false;
  if (/^\s*definition\s*=/m.test(tableOf(pyproject, "tool.crewai"))) return false;
  const named = /crewai/i.test(pyproject) || /^\s*crewai\b/im.test(await textOf(join(folder, "requirements.txt")));
  return usesCrewai(folder, named, 0);
}

/** Whether a Python file imports crewai; any Python file counts if the project declares the dependency. */
async function usesCrewai(folder: string, named: boolean, depth: number): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.endsWith(".py")) continue;
    if (named || /^\s*(from|import)\s+crewai\b/m.test(await textOf(join(folder, entry.name)))) return true;
  }
  if (depth >= maxDepth) return false;
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const path = join(folder, name);
    if (/^[._]|^(node_modules|tests?|site-packages)$/.test(name) || (await isFile(join(path, "pyvenv.cfg")))) continue;
    if (await usesCrewai(path, named, depth + 1)) return true;
  }
  return false;
}

/** The lines of a table of a TOML file, without those of its subtables; empty if there is no such table. */
function tableOf(toml: string, name: string): string {
  const lines = toml.split("\n");
  const begin = lines.findIndex((line) => line.replaceAll(/\s/g, "").startsWith(`[${name}]`));
  if (begin === -1) return "";
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex((line) => /^\s*\[/.test(line));
  return (end === -1 ? rest : rest.slice(0, end)).join("\n");
}

function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
