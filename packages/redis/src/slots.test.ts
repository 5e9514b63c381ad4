import { readdirSync, readFileSync } from "node:fs";
import { subscriptionSchema, type ExecutionId } from "@crewstream/contracts";
import { expect, it } from "vitest";
import { advanceFeed } from "./feeds/advance-feed.ts";
import { enableAppendMessages } from "./notifications.ts";
import { appendLogs } from "./executions/run-logs.ts";
import { announceWorker } from "./deployment/automations.ts";
import { admitRequest, allowProbe, noteRefusal, reportRequest, type BreakerLimits } from "./endpoints/breakers.ts";
import type { RedisClient } from "./connection/client.ts";
import type { Connections } from "./connection/connections.ts";
import { deliveryRecordSchema } from "./feeds/deliveries.ts";
import { appendStep } from "./executions/event-log.ts";
import { fairPriority } from "./executions/fair-priority.ts";
import * as executions from "./executions/executions.ts";
import * as feeds from "./feeds/feeds.ts";
import { answerHuman } from "./executions/human.ts";
import { Keys } from "./keys.ts";
import { changeMemories } from "./memory/memories.ts";
import { claimLease, decrementRunCount, renewLease } from "./executions/lease.ts";
import { processAnnouncer } from "./deployment/processes.ts";
import { scriptDefinitions } from "./scripts.ts";
import type { Store } from "./store.ts";

const id = "01a20943-16a5-7575-9541-1466c374a9b5" as ExecutionId;
const address = { executionId: id, feed: 2 };

/** A store of a cluster that executes nothing: it records which keys are passed to which script. */
function recorder(): { store: Store; calls: { script: string; keys: string[] }[] } {
  const calls: { script: string; keys: string[] }[] = [];
  const redis = new Proxy({ isCluster: true } as RedisClient, {
    get: (target, command: string) =>
      command === "isCluster"
        ? target.isCluster
        : async (count: number, ...rest: string[]) => {
            if (command in scriptDefinitions) calls.push({ script: command, keys: rest.slice(0, count) });
            if (command === "hkeys") return [];
            return command === "hget" ? "3" : 1;
          },
  });
  const nothing = async () => undefined;
  const connections = {} as Connections;
  return { store: { redis, connections, keys: new Keys("p"), partitions: 16, [Symbol.asyncDispose]: nothing }, calls };
}

/** The part of a key that determines its slot, according to the cluster's specification. */
function slotTag(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key;
}

it("gives every script keys of one slot, from every caller", async () => {
  const { store, calls } = recorder();
  const subscription = subscriptionSchema.parse({
    url: "http://127.0.0.1/",
    events: ["*"],
    mode: "batched",
    form: "events",
    ordering: "relaxed",
  });
  const record = deliveryRecordSchema.parse({ first: 1, last: 1, events: 1, sealedAt: 1, attempts: 0 });
  const limits = {} as BreakerLimits;
  await executions.createExecution(store, {
    id,
    automation: "a",
    kind: "flow",
    inputs: {},
    meta: undefined,
    token: "t",
    createdAt: 1,
    subscriptions: [subscription, subscription],
  });
  await executions.discardExecution(store, id, 3);
  await executions.cancelExecution(store, id, "why");
  await executions.retireExecution(store, id, { feeds: 3, retentionMs: 1 });
  await claimLease(store, id, { owner: "w", leaseMs: 1 });
  await renewLease(store, id, { epoch: 1, leaseMs: 1 });
  await appendStep(store, id, { epoch: 1, events: [], rows: [], fields: { state: "SUCCESS" }, feeds: [0, 1, 2] });
  await appendLogs(store, id, [{ at: 1, output: "stdout", line: "a" }]);
  await answerHuman(store, id, { path: "p", id: "r" }, { feedback: "", approved: true } as never);
  await advanceFeed(store, address, { settlements: [], seal: { from: 0, to: 1, deliveries: [record] }, maxParked: 1 });
  await feeds.restFeed(store, address, 1);
  await feeds.closeFeed(store, address, "gone");
  await feeds.discardDelivery(store, address, 1);
  await feeds.expediteDelivery(store, { ...address, first: 1 }, 2);
  await feeds.reviveDelivery(store, address, 1, 2);
  await feeds.addFeed(store, id, { feed: 3, subscription, from: 1, to: 2 });
  await admitRequest(store, "e", limits, 0);
  await reportRequest(store, "e", limits, { pauseMs: 0 } as never);
  await allowProbe(store, "e");
  await noteRefusal(store, "e", "rejected 401");
  await decrementRunCount(store, id);
  await enableAppendMessages(store, id);
  await announceWorker(store, { worker: "w", host: "h", pid: 1, startedAt: 1, automations: [] }, 1);
  await changeMemories(store, "a", { id: "c", insert: [], update: [], remove: ["m"], limit: 1 });
  await processAnnouncer(store, "api").announce();
  const keys = {
    waiting: "{p:runs}:runs:prioritized",
    turns: store.keys.queueTurns("runs"),
    job: "{p:runs}:runs:de:x",
  };
  await fairPriority(store, keys, { owner: "t", replace: false });

  expect(new Set(calls.map(({ script }) => script))).toEqual(new Set(Object.keys(scriptDefinitions)));
  for (const { script, keys } of calls) {
    expect([script, ...new Set(keys.map(slotTag))]).toEqual([script, slotTag(keys[0] ?? "")]);
  }
});

it("touches no key in a script that it was not given", () => {
  const folder = new URL("./lua/", import.meta.url);
  const strange = readdirSync(folder).flatMap((file) => {
    const text = readFileSync(new URL(file, folder), "utf8");
    const isGiven = (argument: string): boolean => {
      const key = argument.replace(/^unpack\(/, "").replace(/\)$/, "");
      return /^KEYS\b/.test(key) || new RegExp(`^\\s*local ${key} = .*\\bKEYS\\[`, "m").test(text);
    };
    const calls = [...text.matchAll(/redis\.call\("(\w+)",?\s*([^,)]*)/g)];
    return calls
      .filter(([, command, key = ""]) => command !== "TIME" && command !== "PUBLISH" && !isGiven(key))
      .map(([call]) => file + call);
  });
  expect(strange).toEqual([]);
});
