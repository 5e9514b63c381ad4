import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Builds the dashboard into `dist` unless it was built from the same sources. Runs after `npm install` and before `npm
 * start`: if nothing has changed it takes some milliseconds. Without the build tools (`--omit=dev`) it prints a notice
 * and leaves everything unchanged: everything but the dashboard works.
 */
const home = fileURLToPath(new URL("..", import.meta.url));
const dist = join(home, "dist");
const stamp = join(dist, ".built-from");

const sources = [
  ...["src", "public", "scripts", "../../packages/contracts/src"].flatMap((folder) => filesOf(join(home, folder))),
  ...["index.html", "package.json", "vite.config.ts"].map((name) => join(home, name)),
];
const hash = createHash("sha256");
for (const path of sources) hash.update(path.slice(home.length)).update(readFileSync(path));
const wanted = hash.digest("hex");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) await build();

async function build(): Promise<void> {
  // In any environment, for example a test run: React's development build is twice as large.
  process.env["NODE_ENV"] = "production";
  const vite = await import("vite").catch(() => undefined);
  if (vite === undefined) {
    process.stderr.write("The dashboard is not built: Vite is not installed. Run npm install without --omit=dev.\n");
    return;
  }
  // Built in another folder and moved into place: a running server, or a second build, never sees half of it.
  const aside = join(home, "node_modules", `.dist-${process.pid}`);
  await mkdir(join(home, "node_modules"), { recursive: true });
  try {
    await vite.build({ configFile: join(home, "vite.config.ts"), build: { outDir: aside } });
    await writeFile(join(aside, ".built-from"), wanted);
    await rm(dist, { recursive: true, force: true });
    await rename(aside, dist);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Files below a folder in a fixed order, except tests, which are in no build. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
