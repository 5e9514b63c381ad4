import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyBuildContext } from "../support/image/build-context.ts";
import { readStages } from "../support/image/dockerfile.ts";
import { performStages } from "../support/image/perform-stages.ts";
import { root } from "../support/source-files.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
/** Without the variant for Python: it only adds packages of Debian and PyPI, which `deploy/try-image.sh` does for real. */
const stages = readStages(read("apps/Dockerfile")).filter(({ name }) => name !== "crewstream-python");

/** Outside of the repository: what a stage lacks must not be found above it. */
const folder = mkdtempSync(join(tmpdir(), "crewstream-image-"));
const context = join(folder, "context");
beforeAll(() => copyBuildContext(context));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each stage is a whole `npm install`: 40 seconds on an idle machine with two cores. */
const timeout = 600_000;

test(
  "every stage has what its commands need, and the image what its processes need",
  async () => {
    const built = await performStages(stages, { context, folder: join(folder, "whole") });
    const image = join(built.get(stages.at(-1)?.name ?? "") ?? "", "app");
    expect(existsSync(join(image, "apps/dashboard/dist/index.html"))).toBe(true);
    expect(existsSync(join(image, "node_modules/typescript"))).toBe(false);
    expect(existsSync(join(image, "node_modules/.bin/crewstream"))).toBe(true);
    expect(existsSync(join(image, "node_modules/@typescript"))).toBe(false);
    const charts = ["api", "crew-worker", "delivery-worker"].map((name) => `deploy/helm/templates/${name}.yaml`);
    const started = ["docker-compose.yml", "apps/Dockerfile", ...charts].flatMap((path) =>
      [...read(path).matchAll(/"(apps\/[^"]+\.ts)"/g)].map((match) => match[1] ?? ""),
    );
    expect(started.length).toBeGreaterThan(5);
    expect(started.filter((path) => !existsSync(join(image, path)))).toEqual([]);
  },
  timeout,
);

test(
  "a stage without tsconfig.json fails with Vite's message",
  async () => {
    const without = readStages(read("apps/Dockerfile").replace(/^COPY tsconfig\.json .*$/m, "")).filter(
      ({ name }) => name === "manifests" || name === "dashboard",
    );
    await expect(performStages(without, { context, folder: join(folder, "without") })).rejects.toThrow(
      /tsconfig not found/i,
    );
  },
  timeout,
);
