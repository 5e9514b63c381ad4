import { execFile } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readEnvironment, type Instruction, type Stage } from "./dockerfile.ts";

const run = promisify(execFile);
const standIn = fileURLToPath(new URL("install-stand-in.ts", import.meta.url));

/** Source and destination of the files of a Dockerfile's stages. */
export interface PerformOptions {
  /** The build context. */
  context: string;
  /** An empty folder; each stage gets one below it that is its `/`. */
  folder: string;
}

/**
 * Performs stages without a container: each one's COPYs into an empty folder, and its commands there. Absolute paths of
 * the image are rewritten to that folder; `npm install` links this repository's packages; `apt-get` and `chown` do nothing.
 * @returns the folder of each stage by its name
 * @throws with what a failed command printed
 */
export async function performStages(
  stages: readonly Stage[],
  { context, folder }: PerformOptions,
): Promise<Map<string, string>> {
  const path = standInCommands(join(folder, "bin"));
  const done = new Map<string, string>();
  for (const stage of stages) {
    const home = join(folder, stage.name);
    mkdirSync(home, { recursive: true });
    const base = done.get(stage.base);
    if (base !== undefined) cpSync(base, home, { recursive: true, verbatimSymlinks: true });
    let directory = home;
    const env: Record<string, string> = { PATH: path, HOME: join(folder, "home") };
    const inStage = (text: string): string =>
      text.replaceAll(/(?<![\w.}$-])\/(?=(?:app|manifests|var)\b)/g, `${home}/`);
    for (const instruction of stage.instructions) {
      if (instruction.name === "WORKDIR") mkdirSync((directory = join(home, instruction.text)), { recursive: true });
      if (instruction.name === "ENV") Object.assign(env, readEnvironment(inStage(instruction.text)));
      if (instruction.name === "COPY")
        copy(instruction, directory, (from) => (from === undefined ? context : done.get(from)));
      if (instruction.name === "RUN") await perform(inStage(instruction.text), { cwd: directory, env });
    }
    done.set(stage.name, home);
  }
  return done;
}

async function perform(command: string, options: { cwd: string; env: Record<string, string> }): Promise<void> {
  await run("sh", ["-ec", command], options).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command}\n${stdout}${stderr}`, { cause: error });
  });
}

function copy({ text }: Instruction, directory: string, sourceOf: (stage?: string) => string | undefined): void {
  const words = text.split(/\s+/);
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const paths = words.filter((word) => !word.startsWith("--"));
  const source = sourceOf(from);
  const target = paths.at(-1) ?? "";
  if (source === undefined) throw new Error(`COPY ${text}: there is no such stage before it.`);
  for (const path of paths.slice(0, -1)) {
    const wanted = join(source, path);
    if (!existsSync(wanted)) throw new Error(`COPY ${text}: ${path} is not there.`);
    const into = target.endsWith("/") && !statSync(wanted).isDirectory();
    const to = join(directory, target, into ? basename(path) : "");
    mkdirSync(dirname(to), { recursive: true });
    cpSync(wanted, to, { recursive: true, verbatimSymlinks: true });
  }
}

/** A PATH whose first folder has this Node and stand-ins for commands that need the network or root. */
function standInCommands(bin: string): string {
  const commands = {
    node: `exec '${process.execPath}' "$@"`,
    npm: `exec '${process.execPath}' '${standIn}' "$@"`,
    "apt-get": "exit 0",
    chown: "exit 0",
  };
  mkdirSync(bin, { recursive: true });
  for (const [name, line] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin + delimiter + (process.env["PATH"] ?? "");
}
