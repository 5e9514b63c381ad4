import { apiConfigSchema, startApi } from "@crewstream/api";
import type { AutomationAnnouncement, UnavailableAutomation } from "@crewstream/contracts";
import { announceWorker, openStore, type Store } from "@crewstream/redis";
import { createLogger, loadConfig } from "@crewstream/service";
import { ApiClient } from "./client.ts";
import { testEnvironment, testToken } from "./services.ts";

/** The API inside the test's process, with a store on which a test plays the workers. */
export interface TestApi extends AsyncDisposable {
  client: ApiClient;
  url: string;
  store: Store;
  env: Record<string, string>;
}

const crew: AutomationAnnouncement = {
  name: "briefing",
  kind: "crew",
  description: "A crew with two inputs",
  inputs: ["audience", "topic"],
  required: ["audience", "topic"],
  version: "1",
};
const flow: AutomationAnnouncement = {
  name: "notes",
  kind: "flow",
  description: "A flow",
  inputs: ["log", "version"],
  required: [],
  version: "1",
};

/**
 * Starts the API on a free port, with a fake crew worker announced that serves a crew, `briefing`, and a flow, `notes`.
 * @param automations what the worker serves instead
 * @param unavailable what it has found and cannot run; with neither, no worker is announced
 */
export async function startTestApi(
  overrides: Record<string, string> = {},
  automations: AutomationAnnouncement[] = [crew, flow],
  unavailable: UnavailableAutomation[] = [],
): Promise<TestApi> {
  const env = testEnvironment({ LOG_LEVEL: "silent", ...overrides });
  const config = loadConfig(apiConfigSchema, env);
  const log = createLogger({ name: "test", level: "silent" });
  await using stack = new AsyncDisposableStack();
  const store = stack.use(openStore(config, { retry: "forever", log, name: "test" }));
  if (automations.length + unavailable.length > 0) {
    const worker = { worker: "w1", host: "test", pid: 1, startedAt: Date.now(), automations, unavailable };
    await announceWorker(store, worker, 3_600_000);
  }
  const api = stack.use(
    await startApi(config, { log, deadline: AbortSignal.timeout(60_000), stopRequested: new AbortController().signal }),
  );
  const url = `http://127.0.0.1:${String(api.facts["port"])}`;
  const opened = stack.move();
  const client = new ApiClient(url, testToken);
  return { client, url, store, env, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
