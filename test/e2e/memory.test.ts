import { tmpdir } from "node:os";
import {
  chatCompletions,
  providerServer,
  type Asked,
  type ProviderServer,
  type Scripted,
} from "@crewstream/crew/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { expectGapless, typesOf } from "../support/deliveries.ts";
import { eventually } from "../support/eventually.ts";
import { crewstream } from "../support/cli.ts";
import { startSystem, type System } from "../support/services.ts";

let model: ProviderServer;
let system: System;
beforeAll(async () => {
  model = await providerServer();
  system = await startSystem({
    env: {
      AUTOMATIONS_DIR: "test/fixtures/memory",
      OPENAI_BASE_URL: `${model.origin}/v1`,
      OPENAI_API_KEY: "x",
      RETENTION_DAYS: "1",
    },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await model?.[Symbol.asyncDispose]();
});

const textOf = ({ body }: Asked): string => JSON.stringify(body);
const isOf = (task: string, asked: Asked): boolean => textOf(asked).includes(`Task: ${task}`);

/** The lamp is looked at, described, and remembered; `first` may replace the handling of a request. */
function answering(first: (asked: Asked) => Scripted | undefined = () => undefined): void {
  model.answer(chatCompletions, (asked) => {
    const other = first(asked);
    if (other !== undefined || asked.path.endsWith("/embeddings")) return other;
    if (!textOf(asked).includes("worth remembering of a piece of work")) return { text: "It is red." };
    const content = textOf(asked).includes("Look at") ? "The lamp is red." : "The lamp was described.";
    return { text: JSON.stringify({ memories: [{ content, importance: 0.8, categories: ["lamps"] }] }) };
  });
}
beforeEach(async () => {
  await system.client.send("DELETE", "/api/v1/automations/shop/memory");
});

async function run(): Promise<string> {
  const id = await system.client.kickoff("shop", { inputs: {} });
  expect(await system.client.ended(id)).toMatchObject({ state: "SUCCESS" });
  return id;
}

/** The stored memories, as the API lists them. */
async function remembered(): Promise<string[]> {
  const { body } = await system.client.get<{ items: { content: string }[] }>("/api/v1/automations/shop/memory");
  return body.items.map(({ content }) => content).sort();
}

/** Kicks off, and kills the worker when a request matched by `holds` is received; another worker ends the run. */
async function killedAt(holds: (asked: Asked) => boolean): Promise<string> {
  let held = 0;
  answering((asked) => (held === 0 && holds(asked) ? ((held += 1), "hang") : undefined));
  const id = await system.client.kickoff("shop", { inputs: {} });
  await eventually(() => expect(held).toBe(1));
  await system.crewWorkers.at(-1)!.kill("SIGKILL");
  system.crewWorkers.push(await system.add("crew-worker"));
  expect(await system.client.ended(id)).toMatchObject({ state: "SUCCESS" });
  return id;
}

test("what a crew learnt in one run is available to the next", async () => {
  answering();
  await run();
  expect(await remembered()).toEqual(["The lamp is red.", "The lamp was described."]);
  answering();
  const id = await run();
  const told = model.asked.find((asked) => isOf("Tell what", asked));
  expect(told && textOf(told)).toMatch(/Relevant memories:.*The lamp is red\./);
  expect(model.asked.some(({ path }) => path === "/v1/embeddings")).toBe(true);
  // An exact duplicate: nothing is stored twice.
  expect(await remembered()).toHaveLength(2);
  const types = typesOf(await system.client.events(id));
  expect(types.filter((type) => type === "memory_save_completed")).toHaveLength(2);
  expect(types.at(-1)).toBe("crew_kickoff_completed");
});

test.each<[string, (asked: Asked) => boolean]>([
  [
    "between a save and the run's end",
    (asked) => isOf("Tell what", asked) && !textOf(asked).includes("worth remembering"),
  ],
  [
    "in the middle of a save",
    ({ path, body }) => path.endsWith("/embeddings") && String(body["input"]) === "The lamp is red.",
  ],
  [
    "while it finds out what to remember",
    (asked) => isOf("Look at", asked) && textOf(asked).includes("worth remembering"),
  ],
])("a worker killed %s: all is remembered, once", async (_, holds) => {
  const id = await killedAt(holds);
  expect(await remembered()).toEqual(["The lamp is red.", "The lamp was described."]);
  const events = await system.client.events(id);
  expectGapless(events);
  const types = typesOf(events);
  for (const type of ["memory_save_started", "memory_save_completed", "memory_retrieval_completed"]) {
    expect([type, types.filter((each) => each === type).length]).toEqual([type, 2]);
  }
});

test("the command line lists and deletes memories", async () => {
  answering();
  await run();
  const { baseUrl, token } = system.client;
  const cli = (...args: string[]) =>
    crewstream(["memory", "shop", ...args], { CREWSTREAM_URL: baseUrl, CREWSTREAM_TOKEN: token }, { cwd: tmpdir() });
  const { stdout } = await cli();
  expect(stdout).toMatch(/ID +MADE +IMPORTANCE +SCOPE +CONTENT/);
  expect(stdout).toMatch(/0\.8 +\/crew\/shop\/agent\/keeper +The lamp is red\./);
  expect((await cli("--scope", "/crew/other", "--forget-all")).stdout).toBe("0 memories are forgotten\n");
  const [first] = JSON.parse((await cli("--json")).stdout) as { id: string }[];
  expect((await cli("--forget", first?.id ?? "")).stdout).toBe("1 memory is forgotten\n");
  expect((await cli("--scope", "/crew/shop/", "--forget-all")).stdout).toBe("1 memory is forgotten\n");
  expect(await remembered()).toEqual([]);
});

test("memory is listed in pages", async () => {
  answering();
  await run();
  const list = "/api/v1/automations/shop/memory?limit=1";
  const first = (await system.client.get<{ items: { id: string }[]; next_cursor: string }>(list)).body;
  const second = (await system.client.get<typeof first>(`${list}&cursor=${first.next_cursor}`)).body;
  expect([first.items, second.items].map((items) => items.length)).toEqual([1, 1]);
  expect(first.items[0]?.id).not.toBe(second.items[0]?.id);
  expect(second.next_cursor).toBeNull();
});
