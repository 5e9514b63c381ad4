import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateTypes } from "../generated-client/generate.ts";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";

const run = promisify(execFile);
const repository = new URL("../..", import.meta.url).pathname;
const scratch = join(repository, "test/generated-client/dist");

let api: TestApi;
let folder: string;

beforeAll(async () => {
  const inputs = ["git_log", "version"];
  api = await startTestApi({}, [
    { name: "release_notes", kind: "flow", description: "", inputs, required: [], version: "1" },
  ]);
  await mkdir(scratch, { recursive: true });
  folder = await mkdtemp(join(scratch, "client-"));
  const document = await api.client.get<object>("/openapi.json", { token: null });
  await writeFile(join(folder, "schema.ts"), await generateTypes(document.body));
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The body of the README's first kickoff, unchanged. */
async function readmeBody(): Promise<string> {
  const readme = await readFile(join(repository, "README.md"), "utf8");
  const [, body] = /release_notes\/kickoff'[\s\S]*?-d '([^']*)'/.exec(readme) ?? [];
  if (body === undefined) throw new Error("The README has no kickoff of release_notes");
  return body;
}

/** Compiles a client strictly against the generated types. */
async function compile(name: string, source: string): Promise<string> {
  await writeFile(
    join(folder, `${name}.ts`),
    `import createClient from "openapi-fetch";
     import type { paths } from "./schema.ts";
     const [baseUrl = "", token = ""] = process.argv.slice(2);
     const client = createClient<paths, "application/json">({ baseUrl, headers: { authorization: \`Bearer \${token}\` } });
     ${source}`,
  );
  const tsc = join(repository, "node_modules/.bin/tsc");
  const options =
    "--ignoreConfig --noEmit --strict --skipLibCheck --target esnext --module nodenext --allowImportingTsExtensions --types node";
  const { stdout } = await run(process.execPath, [tsc, ...options.split(" "), join(folder, `${name}.ts`)]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}

async function runClient(name: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, [join(folder, `${name}.ts`), api.url, api.client.token]);
  return JSON.parse(stdout);
}

test("a generated client sends the README's kickoff, with one webhook or with several, and reads the run", async () => {
  const errors = await compile(
    "kickoff",
    `const body = ${await readmeBody()};
     const params = { path: { automation: "release_notes" }, header: { "Idempotency-Key": "once" } };
     const started = await client.POST("/automations/{automation}/kickoff", { params, body });
     const again = await client.POST("/automations/{automation}/kickoff", { params, body });
     const several = await client.POST("/kickoff", {
       body: { inputs: null, taskWebhookUrl: null, webhooks: [body.webhooks, { ...body.webhooks, realtime: { max_delay_ms: 50 }, ordering: "strict" }] },
     });
     const id = started.data?.kickoff_id ?? "";
     const { data: page } = await client.GET("/api/v1/executions/{id}/events", { params: { path: { id }, query: { limit: 5 } } });
     const { data: execution } = await client.GET("/api/v1/executions/{id}", { params: { path: { id: several.data?.task_id ?? "" } } });
     const stream = await client.GET("/api/v1/executions/{id}/events", {
       params: { path: { id }, header: { "Last-Event-ID": 3 } }, headers: { accept: "text/event-stream" }, parseAs: "stream",
     });
     await stream.data?.cancel();
     const resumed = await client.POST("/resume", { body: { executionId: id, human_feedback: "ok", is_approve: true } });
     console.log(JSON.stringify({
       same: again.data?.kickoff_id === id,
       events: page?.events.map((event): string => event.type),
       urls: execution?.subscriptions.map((feed): string => feed.url),
       stream: stream.response.headers.get("content-type"),
       resumed: resumed.error?.message,
     }));`,
  );
  expect(errors).toBe("");
  expect(await runClient("kickoff")).toEqual({
    same: true,
    events: [],
    urls: ["http://127.0.0.1:3000/inspector/demo", "http://127.0.0.1:3000/inspector/demo"],
    stream: "text/event-stream; charset=utf-8",
    resumed: "Execution is not in pending human input state",
  });
});

test("a generated client does not compile with what the API would reject", async () => {
  const errors = await compile(
    "wrong",
    `await client.POST("/kickoff", { body: { webhooks: { url: 7, events: ["*"] } } });
     await client.POST("/kickoff", { body: { webhooks: { url: "https://example.com", events: ["*"], ordering: "fifo" } } });
     await client.POST("/resume", { body: { task_id: "draft" } });
     await client.POST("/api/v1/deliveries/retry", {});
     await client.POST("/kickoff", { params: { header: { "Idempotency-Key": 7 } } });`,
  );
  const lines = [...errors.matchAll(/wrong\.ts\((\d+),/g)].map(([, line]) => Number(line));
  expect([...new Set(lines)]).toEqual([5, 6, 7, 8, 9]);
});
