import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";

// Writes what deploy/try-image.sh needs to know of a compose file, which nothing else on its machine can read:
//   node deploy/try-image/plan.ts COMPOSE_FILE ENV_FILE FOLDER
// For each service a folder with: image, user, replicas, and NUL-separated argv, env, health, mounts (source, target, options).

interface Service {
  image: string;
  command: string[];
  user?: string;
  read_only?: boolean;
  environment?: Record<string, string | number>;
  volumes?: string[];
  secrets?: string[];
  tmpfs?: string[];
  healthcheck?: { test: string[] };
  deploy?: { replicas?: number };
}
interface Compose {
  services: Record<string, Service>;
  volumes?: Record<string, unknown>;
  secrets?: Record<string, { file: string }>;
}

const [composeFile = "", envFile = "", folder = ""] = process.argv.slice(2);
const settings = Object.fromEntries(
  readFileSync(envFile, "utf8")
    .split("\n")
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
);

/** A text with compose's variables replaced: `${NAME}`, `${NAME:-default}`, `${NAME:?reason}`, and `$$` for `$`. */
function interpolate(text: string): string {
  return text.replaceAll(/\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g, (match, name, kind, rest) => {
    if (match === "$$") return "$";
    const value = settings[name as string] ?? "";
    if (value === "" && kind === "?") throw new Error(`${String(name)} ${String(rest)}`);
    return value === "" && kind === "-" ? String(rest) : value;
  });
}

/** Applies a function to every text in a value of JSON's kind. */
function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => eachText(each, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, eachText(each, change)]));
}

const text = readFileSync(composeFile, "utf8");
const compose = eachText(parse(text, { merge: true }), interpolate) as Compose;

/** Where a volume's source is on this machine: a named one has a folder, any other path is relative to the file. */
function sourceOf(source: string): string {
  if (!(source in (compose.volumes ?? {}))) return resolve(dirname(composeFile), source);
  const path = join(folder, "volumes", source);
  mkdirSync(path, { recursive: true });
  return path;
}

for (const [name, service] of Object.entries(compose.services)) {
  const home = join(folder, "services", name);
  const list = (file: string, texts: readonly string[]): void =>
    writeFileSync(join(home, file), texts.map((each) => `${each}\0`).join(""));
  const volumes = (service.volumes ?? []).flatMap((volume) => {
    const [source = "", target = "", options = "rw"] = volume.split(":");
    return [sourceOf(source), target, options];
  });
  const secrets = (service.secrets ?? []).flatMap((secret) => {
    const file = resolve(dirname(composeFile), compose.secrets?.[secret]?.file ?? "");
    return [file, `/run/secrets/${secret}`, "ro"];
  });
  const temporary = (service.tmpfs ?? []).flatMap((target) => ["tmpfs", target, "tmpfs"]);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "image"), `${service.image}\n`);
  writeFileSync(join(home, "user"), service.user ?? "");
  writeFileSync(join(home, "replicas"), String(service.deploy?.replicas ?? 1));
  writeFileSync(join(home, "read_only"), String(service.read_only ?? false));
  list("argv", service.command);
  list(
    "env",
    Object.entries(service.environment ?? {}).map(([key, value]) => `${key}=${value}`),
  );
  list(
    "health",
    (service.healthcheck?.test ?? []).filter((word) => word !== "CMD"),
  );
  list("mounts", [...volumes, ...secrets, ...temporary]);
}
