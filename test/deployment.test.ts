import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMetrics, secretFileVariables, variables } from "@crewstream/service";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { root } from "./support/source-files.ts";

/** Read by the SDKs of model providers, not by a process's configuration. */
const elsewhere = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"];
/** Read by compose only. */
const composeVariables = ["IMAGE_VARIANT"];
const variableNames = new Set([
  ...Object.keys(variables.shape),
  ...secretFileVariables,
  ...elsewhere,
  ...composeVariables,
]);
/** OpenTelemetry's are a standard. */
const isKnown = (name: string): boolean => variableNames.has(name) || name.startsWith("OTEL_");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const chart = readdirSync(join(root, "deploy/helm"), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(yaml|tpl|txt)$/.test(path))
  .map((path) => `deploy/helm/${path}`);
const scaling = "deploy/helm/templates/scaled-objects.yaml";
const watching = ["deploy/prometheus/alerts.yml", "deploy/grafana/crewstream.json"];

const families = await createMetrics("test").registry.getMetricsAsJSON();
const series = new Set(
  families.flatMap(({ name, type }) =>
    String(type) === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name],
  ),
);
const metricsIn = (text: string): string[] => text.match(/\b(?:crewstream|process|nodejs)_[a-z0-9_]+/g) ?? [];

test.each([...watching, scaling])("%s uses metrics that exist", (path) => {
  const named = metricsIn(read(path));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !series.has(name))).toEqual([]);
});

test("every metric is on the dashboard, and documented", () => {
  const ours = families.map(({ name }) => name).filter((name) => name.startsWith("crewstream_"));
  const dashboard = read("deploy/grafana/crewstream.json");
  const guide = read("docs/operations.md");
  expect(ours.length).toBeGreaterThan(10);
  expect(ours.filter((name) => !dashboard.includes(name))).toEqual([]);
  expect(ours.filter((name) => !guide.includes(`\`${name}`))).toEqual([]);
  expect(metricsIn(guide).filter((name) => !series.has(name) && !ours.includes(name))).toEqual([]);
});

test("every alert is documented", () => {
  const alerts = [...read("deploy/prometheus/alerts.yml").matchAll(/- alert: (\w+)/g)].map((match) => match[1] ?? "");
  const guide = read("docs/operations.md");
  expect(alerts.length).toBeGreaterThan(5);
  expect(alerts.filter((alert) => !guide.includes(`\`${alert}\``))).toEqual([]);
});

test.each([...chart, "docs/operations.md"])("%s names only variables that exist", (path) => {
  const named = read(path).match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
  expect(named.filter((name) => !isKnown(name))).toEqual([]);
});

test("the chart's named variables exist too, and each process gets the secrets it needs", () => {
  const quoted = chart.flatMap((path) => [...read(path).matchAll(/"([A-Z][A-Z0-9_]{3,})"/g)].map((match) => match[1]));
  expect(quoted).toEqual(expect.arrayContaining(["HOST", "PORT", "HEALTH_PORT", "RUNS_DIR"]));
  expect(quoted.filter((name) => !isKnown(name ?? ""))).toEqual([]);
  expect(read("deploy/helm/templates/api.yaml")).toContain('(list "API_TOKENS" "ENCRYPTION_KEY"');
  expect(read("deploy/helm/templates/crew-worker.yaml")).not.toContain("ENCRYPTION_KEY");
});

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, string>;
  env?: Record<string, string>;
}
interface Workflow {
  jobs: Record<
    string,
    {
      needs?: string | string[];
      steps?: Step[];
      permissions?: Record<string, string>;
      strategy?: { matrix: { include: unknown[] } };
    }
  >;
}
const release = parse(read(".github/workflows/release.yml")) as Workflow;
const stepsOf = (job: string): Step[] => release.jobs[job]?.steps ?? [];

/** What the release workflow runs. @returns its error output and exit code */
function runRelease(...given: string[]): { code: number | null; error: string } {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "deploy/release.ts"), ...given], {
    encoding: "utf8",
  });
  return { code: status, error: stderr };
}

test("a published chart's default image is the one that the release pushes", () => {
  const folder = mkdtempSync(join(tmpdir(), "crewstream-chart-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(root, "deploy/helm"), folder, { recursive: true });
  expect(runRelease("chart", folder, "ghcr.io/acme/crewstream")).toEqual({ code: 0, error: "" });
  const { image } = parse(readFileSync(join(folder, "values.yaml"), "utf8")) as { image: Record<string, unknown> };
  expect(image).toMatchObject({ repository: "ghcr.io/acme/crewstream", tag: "" });
  // The chart's default tag is its appVersion, and the version of every release is that.
  expect(read("deploy/helm/templates/_pod.tpl")).toContain("$values.image.tag | default $root.Chart.AppVersion");

  const pushed = "${{ needs.version.outputs.image }}";
  const build = stepsOf("build").find(({ uses }) => uses?.startsWith("docker/build-push-action@"));
  const tags = stepsOf("image").find(({ uses }) => uses?.startsWith("docker/metadata-action@"));
  const chartImage = stepsOf("chart").find(({ run }) => run?.includes("release.ts chart deploy/helm"));
  expect(build?.with?.["outputs"]).toContain(`name=${pushed},`);
  expect(tags?.with).toMatchObject({
    images: pushed,
    tags: expect.stringContaining("type=semver,pattern={{version}}"),
  });
  expect(chartImage?.env).toEqual({ IMAGE: pushed });
  expect(release.jobs["chart"]?.needs).toContain("image");
});

test("the image's variant for Python is what the release, compose and the chart name", () => {
  const stages = [...read("apps/Dockerfile").matchAll(/^FROM .* AS (\S+)$/gm)].map((match) => match[1]);
  // A build without a target makes the last one.
  expect(stages.slice(-2)).toEqual(["crewstream-python", "crewstream"]);
  const targets = (job: string): unknown[] => release.jobs[job]?.strategy?.matrix.include ?? [];
  expect(targets("image")).toEqual([
    { target: "crewstream", suffix: "" },
    { target: "crewstream-python", suffix: "-python" },
  ]);
  for (const target of ["crewstream", "crewstream-python"]) {
    const platforms = ["amd64", "arm64"].map((platform) => expect.objectContaining({ target, platform }));
    expect(targets("build")).toEqual(expect.arrayContaining(platforms));
  }
  const { services } = parse(read("docker-compose.yml"), { merge: true }) as {
    services: Record<string, { image: string; build?: { target?: string } }>;
  };
  expect(services["crew-worker"]).toMatchObject({
    image: "crewstream:latest${IMAGE_VARIANT:-}",
    build: { target: "crewstream${IMAGE_VARIANT:-}" },
  });
  expect(read("deploy/compose.production.yml")).toContain("image: ${CREWSTREAM_IMAGE}${IMAGE_VARIANT:-}");
  expect(read("deploy/helm/templates/crew-worker.yaml")).toContain('ternary "-python" "" $process.python.enabled');
});

test("a release is published only from a tag that names the version of every part", () => {
  const { version } = JSON.parse(read("package.json")) as { version: string };
  expect(runRelease("check", `v${version}`)).toEqual({ code: 0, error: "" });
  expect(runRelease("check", "v1.2")).toMatchObject({ code: 1, error: expect.stringContaining("such as v1.2.3") });
  const other = runRelease("check", "v9.9.9");
  expect(other.code).toBe(1);
  for (const part of ["package.json", "deploy/helm/Chart.yaml version", "deploy/helm/Chart.yaml appVersion"]) {
    expect(other.error).toContain(`  ${part}: ${version}`);
  }
  expect(other.error).toContain(`packages/python-runtime/python/pyproject.toml: ${version}`);
  expect(stepsOf("version").some(({ run }) => run?.includes('release.ts check "$GITHUB_REF_NAME"'))).toBe(true);
  expect(release.jobs["ci"]?.needs).toBe("version");
  expect([release.jobs["build"]?.needs, release.jobs["npm"]?.needs]).toEqual([
    expect.arrayContaining(["ci"]),
    expect.arrayContaining(["ci"]),
  ]);
});

test("what a release publishes has an SBOM and provenance", () => {
  const build = stepsOf("build").find(({ uses }) => uses?.startsWith("docker/build-push-action@"));
  expect(build?.with).toMatchObject({ provenance: "mode=max", sbom: true, labels: expect.any(String) });
  for (const job of ["image", "chart"]) {
    expect(stepsOf(job).some(({ uses }) => uses?.startsWith("actions/attest-build-provenance@"))).toBe(true);
    expect(release.jobs[job]?.permissions).toMatchObject({ "id-token": "write", attestations: "write" });
  }
  const npm = stepsOf("npm").flatMap(({ run = "" }) => run);
  expect(npm.join("\n")).toMatch(/npm publish packages\/receiver\/dist --provenance[^]*npm sbom /);
});
