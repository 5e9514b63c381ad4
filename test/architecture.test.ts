import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cyclesIn } from "./support/import-cycles.ts";
import {
  importsOf,
  packageOf,
  root,
  sourceFiles,
  subfolders,
  targetOf,
  type SourceFile,
} from "./support/source-files.ts";

const scope = "@crewstream/";

/** Which of our packages each may import: contracts ← foundations ← crew / delivery ← apps. */
const mayImport: Record<string, readonly string[]> = {
  "packages/contracts": [],
  "packages/service": ["contracts"],
  "packages/redis": ["contracts", "service"],
  "packages/queue": ["contracts", "service", "redis"],
  "packages/receiver": ["contracts"],
  "packages/protocols": ["contracts"],
  "packages/crew": ["contracts"],
  "packages/crewai-project": ["contracts", "crew"],
  "packages/python-runtime": ["contracts", "crew"],
  "packages/delivery": ["contracts", "service", "redis", "receiver", "protocols"],
  "packages/cli": [
    "contracts",
    "service",
    "redis",
    "queue",
    "receiver",
    "crewai-project",
    "delivery",
    "python-runtime",
  ],
  "apps/api": ["contracts", "service", "redis", "queue", "receiver", "protocols", "delivery"],
  "apps/crew-worker": ["contracts", "service", "redis", "queue", "crew", "crewai-project", "python-runtime"],
  "apps/delivery-worker": ["contracts", "service", "redis", "queue", "delivery"],
  "apps/dashboard": ["contracts"],
};

/** The only workspace that may import a library, so that its upgrade touches one place. */
const ownerOf: readonly (readonly [library: RegExp, workspace: string])[] = [
  [/^ioredis$/, "packages/redis"],
  [/^bullmq(-otel)?$/, "packages/queue"],
  [/^got$/, "packages/delivery"],
  [/^(express|helmet|cors)$/, "apps/api"],
  [/^(ai|@ai-sdk\/.+)$/, "packages/crew"],
  [/^(pino|prom-client|@opentelemetry\/.+)$/, "packages/service"],
  [/^commander$/, "packages/cli"],
  [/^uuid$/, "packages/contracts"],
  [/^(react|react-dom|vite)$/, "apps/dashboard"],
];

/** Every package parses external input. */
const ownedByNobody = new Set(["zod"]);

/** Packages that read project formats into automations of the runtime. */
const buildsAutomations = new Set(["packages/crewai-project", "packages/python-runtime"]);

/** Everything the API may use of delivery: it checks addresses, seals secrets and makes work due, it sends nothing. */
const apiTakesFromDelivery = new Set([
  "expediteEndpoint",
  "openSubscriptionSecrets",
  "countMatching",
  "discard",
  "endFeed",
  "OperationResult",
  "replayExecution",
  "retryNow",
  "sealSubscriptionSecrets",
  "showRequest",
  "subscribe",
]);

const workspaces = Object.keys(mayImport).filter((each) => existsSync(join(root, each, "package.json")));
const files = sourceFiles("packages", "apps");
const runtimeFiles = files.filter((file) => !file.isTest);
const allFiles = [
  ...files,
  ...sourceFiles("test"),
  ...(existsSync(join(root, "examples")) ? sourceFiles("examples") : []),
];

const workspaceOf = (path: string): string => path.split("/").slice(0, 2).join("/");
const inWorkspace = (workspace: string): SourceFile[] =>
  runtimeFiles.filter(({ path }) => workspaceOf(path) === workspace);
const librariesOf = (list: readonly SourceFile[]): Set<string> =>
  new Set(list.flatMap(({ imports }) => imports.flatMap((each) => packageOf(each) ?? [])));

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;

/** One text per import that breaks a rule. */
function offences(list: readonly SourceFile[], breaks: (file: SourceFile, specifier: string) => boolean): string[] {
  return list.flatMap((file) =>
    file.imports.filter((specifier) => breaks(file, specifier)).map((specifier) => `${file.path} imports ${specifier}`),
  );
}

describe("who may import whom", () => {
  test("every workspace has a row in the table", () => {
    const found = new Set(files.map(({ path }) => workspaceOf(path)));
    expect([...found].filter((each) => !(each in mayImport))).toEqual([]);
  });

  test("packages import only what the table allows, and nobody imports an app", () => {
    expect(
      offences(files, ({ path }, specifier) => {
        const imported = packageOf(specifier);
        if (imported?.startsWith(scope) !== true) return false;
        const own = workspaceOf(path);
        const name = imported.slice(scope.length);
        return name !== own.split("/")[1] && mayImport[own]?.includes(name) !== true;
      }),
    ).toEqual([]);
  });

  test("the table has no cycle: every row imports rows above it", () => {
    const names = Object.keys(mayImport).map((each) => each.split("/")[1] ?? "");
    const below = Object.values(mayImport).flatMap((row, index) =>
      row.filter((name) => names.indexOf(name) >= index).map((name) => `${names[index]} imports ${name}`),
    );
    expect(below).toEqual([]);
  });

  test("there are no import cycles, types included", () => {
    expect(cyclesIn(runtimeFiles)).toEqual([]);
  });

  test("packages are entered by their index, the runtime also by its parts, and all by their testing entry from tests only", () => {
    expect(
      offences(allFiles, (file, specifier) => {
        if (!specifier.startsWith(scope) || specifier.split("/").length === 2) return false;
        if (specifier === "@crewstream/crew/parts") return !buildsAutomations.has(workspaceOf(file.path));
        return !(file.isTest && specifier.endsWith("/testing") && specifier.split("/").length === 3);
      }),
    ).toEqual([]);
  });

  test("relative imports stay within their workspace, name a file, and tests import no package's internals", () => {
    expect(
      offences(allFiles, (file, specifier) => {
        if (!specifier.startsWith(".")) return false;
        const target = targetOf(file, specifier);
        const home = file.path.startsWith("test/") || file.path.startsWith("examples/") ? 1 : 2;
        const left = target.split("/").slice(0, home).join("/") !== file.path.split("/").slice(0, home).join("/");
        return left || !existsSync(join(root, target));
      }),
    ).toEqual([]);
  });

  test("the API imports the listed names from delivery, and no others", () => {
    const names = inWorkspace("apps/api").flatMap(({ text }) =>
      [...text.matchAll(/import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"@crewstream\/delivery"/g)].flatMap((match) =>
        (match[1] ?? "").split(",").map((each) => each.trim().replace(/^type /, "")),
      ),
    );
    expect([...new Set(names)].filter((name) => name !== "").sort()).toEqual([...apiTakesFromDelivery].sort());
  });

  test("contracts run in a browser", () => {
    const contracts = runtimeFiles.filter(({ path }) => path.startsWith("packages/contracts/src/"));
    expect(offences(contracts, (_file, specifier) => specifier.startsWith("node:"))).toEqual([]);
  });
});

describe("who owns a library", () => {
  test("a library with an owner is imported by no one else", () => {
    expect(
      offences(runtimeFiles, ({ path }, specifier) => {
        const library = packageOf(specifier);
        const owner = library === undefined ? undefined : ownerOf.find(([pattern]) => pattern.test(library));
        return owner !== undefined && owner[1] !== workspaceOf(path);
      }),
    ).toEqual([]);
  });

  test("any other library is imported by one workspace", () => {
    const users = new Map<string, Set<string>>();
    for (const workspace of workspaces) {
      for (const library of librariesOf(inWorkspace(workspace))) {
        if (!library.startsWith(scope)) users.set(library, (users.get(library) ?? new Set()).add(workspace));
      }
    }
    const several = [...users].filter(([library, by]) => by.size > 1 && !ownedByNobody.has(library));
    expect(several.map(([library, by]) => `${library}: ${[...by].join(", ")}`)).toEqual([]);
  });

  test("only the receiver computes HMACs", () => {
    const elsewhere = runtimeFiles.filter(
      ({ path, text }) => text.includes("createHmac") && workspaceOf(path) !== "packages/receiver",
    );
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });

  test.each(workspaces)("%s declares what it imports, pinned, and nothing else", (workspace) => {
    const manifest = manifestOf(workspace);
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    const development = { ...manifestOf(".").devDependencies, ...manifest.devDependencies };
    const used = librariesOf(inWorkspace(workspace));
    const usedInTests = librariesOf(files.filter(({ path }) => workspaceOf(path) === workspace));
    const isBuilt = workspace === "apps/dashboard";
    const undeclared = [...used].filter((name) => !(name in declared) && !(isBuilt && name in development));
    expect({
      undeclared: undeclared.filter((name) => name !== manifest.name),
      undeclaredInTests: [...usedInTests].filter(
        (name) => !(name in declared) && !(name in development) && name !== manifest.name,
      ),
      unused: isBuilt ? [] : Object.keys(manifest.dependencies ?? {}).filter((name) => !used.has(name)),
      unpinned: Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
        ([name, version]) => !(name.startsWith(scope) ? version === "*" : /^\d+\.\d+\.\d+/.test(version)),
      ),
    }).toEqual({ undeclared: [], undeclaredInTests: [], unused: [], unpinned: [] });
  });
});

describe("files", () => {
  test("stay small: 300 lines, tests 400", () => {
    const long = allFiles.filter(({ lines, isTest }) => lines > (isTest ? 400 : 300));
    expect(long.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
  });

  test("live in folders named for an idea", () => {
    const vague = /^(shared|common|utils?|helpers?|misc|lib)$/;
    const folders = subfolders("packages", "apps", "test", "examples");
    expect(folders.filter((folder) => folder.split("/").some((part) => vague.test(part)))).toEqual([]);
  });

  test("an index lists what is public by name", () => {
    const indexes = files.filter(({ path }) => /\/src\/(testing\/)?index\.ts$/.test(path));
    expect(indexes.filter(({ text }) => /^export \*/m.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test("imports are read in all their forms", () => {
    const text = [
      'import { a,\n  b } from "one";',
      'export type { C } from "two";',
      'import "three";',
      'const d = await import("four");',
      'import.meta.resolve("five/x.css");',
      'const text = "import from elsewhere";',
    ].join("\n");
    expect(importsOf(text)).toEqual(["one", "two", "three", "four", "five/x.css"]);
  });
});
