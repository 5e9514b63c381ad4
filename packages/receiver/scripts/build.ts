import { execFileSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// Builds the package to be published, in `dist` or the given folder: one module that includes what it needs of
// contracts, type declarations, and a manifest whose only dependency is zod.
//   node scripts/build.ts [FOLDER [REPOSITORY_URL]] && npm publish packages/receiver/dist

const receiver = fileURLToPath(new URL("..", import.meta.url));
const root = resolve(receiver, "../..");
const dist = resolve(process.argv[2] ?? join(receiver, "dist"));
/** `npm publish --provenance` rejects a manifest that names another repository than the one it is built from, or none. */
const repository = process.argv[3];
const entryTypes = "types/receiver/src/index.d.ts";

interface Manifest {
  name: string;
  version: string;
  description: string;
  license: string;
  dependencies: { zod: string };
}

function run(command: string, ...args: string[]): void {
  execFileSync(join(root, "node_modules/.bin", command), args, {
    cwd: receiver,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function bundle(): void {
  run("rolldown", "src/index.ts", "--file", join(dist, "index.js"), "--platform", "node", "--external", "zod");
}

/** Declarations of both packages; imports between them become relative. */
function declare(): void {
  run("tsc", "--project", "tsconfig.build.json", "--outDir", join(dist, "types"));
  const contracts = join(dist, "types/contracts/src/index.js");
  for (const path of globSync(join(dist, "types/**/*.d.ts"))) {
    const text = readFileSync(path, "utf8")
      .replaceAll(/(from |import\()"(\.[^"]+)\.ts"/g, '$1"$2.js"')
      .replaceAll('"@crewstream/contracts"', `"./${relative(dirname(path), contracts)}"`);
    writeFileSync(path, text);
  }
}

function describe(): void {
  const source = JSON.parse(readFileSync(join(receiver, "package.json"), "utf8")) as Manifest;
  const { name, version, description, license, dependencies } = source;
  const manifest = {
    name,
    version,
    description,
    license,
    type: "module",
    sideEffects: false,
    engines: { node: ">=20" },
    ...(repository === undefined
      ? {}
      : { repository: { type: "git", url: repository, directory: "packages/receiver" } }),
    exports: { ".": { types: `./${entryTypes}`, default: "./index.js" } },
    // A range, so that it shares the zod of the project that uses it.
    dependencies: { zod: `^${dependencies.zod}` },
  };
  writeFileSync(join(dist, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(receiver, "README.md"), join(dist, "README.md"));
  copyFileSync(join(root, "LICENSE"), join(dist, "LICENSE"));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
bundle();
declare();
describe();
