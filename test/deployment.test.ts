import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMetrics, secretFileVariables, variables } from "@crewstream/service";
import { expect, test } from "vitest";
import { root } from "./support/source-files.ts";

/** Read by the SDKs of model providers, not by a process's configuration. */
const elsewhere = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"];
const variableNames = new Set([...Object.keys(variables.shape), ...secretFileVariables, ...elsewhere]);
/** Those of OpenTelemetry are a standard's. */
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

test.each([...watching, scaling])("%s asks for metrics that exist", (path) => {
  const named = metricsIn(read(path));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !series.has(name))).toEqual([]);
});

test("every metric of ours is on the dashboard, and explained", () => {
  const ours = families.map(({ name }) => name).filter((name) => name.startsWith("crewstream_"));
  const dashboard = read("deploy/grafana/crewstream.json");
  const guide = read("docs/operations.md");
  expect(ours.length).toBeGreaterThan(10);
  expect(ours.filter((name) => !dashboard.includes(name))).toEqual([]);
  expect(ours.filter((name) => !guide.includes(`\`${name}`))).toEqual([]);
  expect(metricsIn(guide).filter((name) => !series.has(name) && !ours.includes(name))).toEqual([]);
});

test("every alert is explained", () => {
  const alerts = [...read("deploy/prometheus/alerts.yml").matchAll(/- alert: (\w+)/g)].map((match) => match[1] ?? "");
  const guide = read("docs/operations.md");
  expect(alerts.length).toBeGreaterThan(5);
  expect(alerts.filter((alert) => !guide.includes(`\`${alert}\``))).toEqual([]);
});

test.each([...chart, "docs/operations.md"])("%s names only variables that exist", (path) => {
  const named = read(path).match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
  expect(named.filter((name) => !isKnown(name))).toEqual([]);
});

test("the chart's variables by name exist, too, and each process gets the secrets it needs", () => {
  const quoted = chart.flatMap((path) => [...read(path).matchAll(/"([A-Z][A-Z0-9_]{3,})"/g)].map((match) => match[1]));
  expect(quoted).toEqual(expect.arrayContaining(["HOST", "PORT", "HEALTH_PORT", "RUNS_DIR"]));
  expect(quoted.filter((name) => !isKnown(name ?? ""))).toEqual([]);
  expect(read("deploy/helm/templates/api.yaml")).toContain('(list "API_TOKENS" "ENCRYPTION_KEY"');
  expect(read("deploy/helm/templates/crew-worker.yaml")).not.toContain("ENCRYPTION_KEY");
});
