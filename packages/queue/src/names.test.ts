import { Keys } from "@crewstream/redis";
import { QueueKeys } from "bullmq";
import { expect, it } from "vitest";
import { queueNames } from "./names.ts";

it("puts all keys of a queue in one cluster slot, and every queue in its own", () => {
  const keys = new Keys("p");
  const tags = queueNames(16).map((name) => {
    const own = Object.values(new QueueKeys(keys.queue(name)).getKeys(name));
    const tagged = new Set(own.map((key) => /^\{([^}]+)\}:/.exec(key)?.[1]));
    expect([...tagged]).toEqual([`p:${name}`]);
    return [...tagged][0];
  });
  expect(new Set(tags).size).toBe(2 + 2 * 16);
});
