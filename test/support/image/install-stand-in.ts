import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

// A stand-in for `npm install` in a stage of the image: the packages of the lock file are links to those that this
// repository has installed, our own are links to the stage's folders. In the test it is `npm` on the PATH.

interface LockedPackage {
  link?: boolean;
  resolved?: string;
  dev?: boolean;
}

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const [command, ...options] = process.argv.slice(2);
if (command !== "install") throw new Error(`The stand-in for npm knows install, not ${command}.`);
const production = options.includes("--omit=dev");

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
  packages: Record<string, LockedPackage>;
};
for (const [path, locked] of Object.entries(packages)) {
  const nested = path.lastIndexOf("node_modules/") > path.indexOf("node_modules/");
  if (!path.includes("node_modules/") || nested || (production && locked.dev === true)) continue;
  if (locked.link === true && !existsSync(join(locked.resolved ?? "", "package.json"))) {
    throw new Error(`${locked.resolved}/package.json is missing: its COPY, or the lock file's entry.`);
  }
  mkdirSync(dirname(path), { recursive: true });
  // Our own links are relative, so that they are valid in a stage that copies them.
  if (locked.link === true) symlinkSync(relative(dirname(path), locked.resolved ?? ""), path);
  // Packages for other platforms are in the lock file only.
  else if (existsSync(join(repository, path))) symlinkSync(join(repository, path), path);
}
