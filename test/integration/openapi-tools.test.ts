import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endpointId } from "@crewstream/contracts";
import { afterAll, beforeAll, expect, test, type TestContext } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { playDeliveries, playRun } from "../support/play-deliveries.ts";
import { pythonTools } from "../support/python-tools.ts";

const hook = "http://127.0.0.1:9/hook";
const redocly = new URL("../../node_modules/@redocly/cli/bin/cli.js", import.meta.url).pathname;

let api: TestApi;
let folder: string;
let document: string;
let python: string | undefined;

beforeAll(async () => {
  // Other ports are rejected before a name is resolved, which takes a second if no name server responds.
  api = await startTestApi({ WEBHOOK_ALLOW_PORTS: "9" });
  folder = await mkdtemp(join(tmpdir(), "crewstream-openapi-"));
  document = join(folder, "openapi.json");
  const { body } = await api.client.get<object>("/openapi.json", { token: null });
  await writeFile(document, JSON.stringify(body, undefined, 1));
  python = await pythonTools("openapi", ["schemathesis==4.32.5", "openapi-spec-validator==0.9.0"]);
}, 300_000);
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program to its end, whatever its findings. */
function outcome(command: string, args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(command, args, { env, cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : error === null ? 0 : -1;
      resolve({ code, output: `${stdout}\n${stderr}` });
    });
  });
}

test("redocly lint finds nothing with its recommended rules", async () => {
  const { output } = await outcome(process.execPath, [redocly, "lint", document, "--format=json"]);
  const report = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1)) as {
    problems: { message: string; location: { pointer?: string }[] }[];
  };
  expect(report.problems.map(({ message, location }) => `${message} ${location[0]?.pointer ?? ""}`)).toEqual([]);
});

test("openapi-spec-validator accepts the document", async (context: TestContext) => {
  if (python === undefined) context.skip();
  expect(await outcome(join(python, "openapi-spec-validator"), [document])).toMatchObject({ code: 0 });
});

/** An ended run with deliveries in every state, so that the ids given to the fuzzer exist. */
async function playedIds(): Promise<{ execution: string; delivery: string; bulk: string }> {
  const execution = await api.client.kickoff("notes", { webhooks: { url: hook, events: ["*"] } });
  await playRun(api.store, execution, ["flow_started", "a", "b", "flow_finished"], false);
  const deliveries = [
    { first: 1, last: 1, outcome: "delivered" },
    { first: 2, last: 2, outcome: "parked", status: 500, reason: "x" },
    { first: 3, last: 3, outcome: "dead" },
  ] as const;
  await playDeliveries(api.store, execution, { feed: 0, url: hook, deliveries: [...deliveries] });
  const retry = await api.client.post("/api/v1/deliveries/retry", { filter: { state: "dead", status: 999 } });
  return {
    execution,
    delivery: `dlv_${execution.replaceAll("-", "")}_0_3`,
    bulk: String(retry.body["id"]),
  };
}

/** The fuzzer's configuration: ids, and that a 503 about an automation that nobody serves is not a server error. */
function settings(ids: Awaited<ReturnType<typeof playedIds>>): string {
  const idOf: [pattern: string, id: string][] = [
    ["/executions/|/status/|/stop/", ids.execution],
    ["/deliveries/", ids.delivery],
    ["/endpoints/", endpointId(new URL(hook))],
    ["/bulk-retries/", ids.bulk],
  ];
  return [
    "[parameters]",
    'automation = "notes"',
    // Held open until there is an event, as documented.
    "wait = 0",
    "[checks.not_a_server_error]",
    'expected-statuses = ["2xx", "3xx", "4xx", 503]',
    ...idOf.flatMap(([pattern, id]) => [
      "[[operations]]",
      `include-path-regex = "${pattern}"`,
      `parameters = { "path.id" = "${id}" }`,
    ]),
  ].join("\n");
}

test("schemathesis finds no server error, no undocumented response and no undocumented method", async (context: TestContext) => {
  if (python === undefined) context.skip();
  const config = join(folder, "schemathesis.toml");
  await writeFile(config, settings(await playedIds()));
  // An example that may be kicked off here.
  const local = join(folder, "local.json");
  await writeFile(local, (await readFile(document, "utf8")).replaceAll("https://example.com/hook", hook));
  const checks = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
  ];
  const { code, output } = await outcome(join(python, "schemathesis"), [
    `--config-file=${config}`,
    "run",
    local,
    `--url=${api.url}`,
    `--header=Authorization: Bearer ${api.client.token}`,
    `--checks=${checks.join(",")}`,
    "--phases=coverage,fuzzing",
    "--max-examples=4",
    "--seed=1",
    // About how long it takes to generate a value, which is irrelevant under load.
    "--suppress-health-check=all",
    // Never ends.
    "--exclude-path=/api/v1/deliveries/live",
    "--no-color",
    "--warnings=off",
  ]);
  expect(output.slice(0, 20_000)).toContain("No issues found");
  expect(code).toBe(0);
}, 300_000);
