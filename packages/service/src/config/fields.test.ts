import { expect, test } from "vitest";
import { natMap, nodes } from "./fields.ts";

test("nodes and maps of them are read, IPv6 too", () => {
  expect(nodes().parse("a:1, [::1]:6379")).toEqual([
    { host: "a", port: 1 },
    { host: "::1", port: 6379 },
  ]);
  expect(natMap().parse("10.0.0.5:6379=redis.example.com:16379,node.invalid:1=[::1]:2")).toEqual({
    "10.0.0.5:6379": { host: "redis.example.com", port: 16_379 },
    "node.invalid:1": { host: "::1", port: 2 },
  });
});

test.each(["a", "a:99999", "a:1=b"])("%j is no list of nodes, nor a map", (text) => {
  expect(nodes().safeParse(text).error?.issues[0]?.message).toContain(text);
  expect(natMap().safeParse(text).error?.issues[0]?.message).toContain(text);
});

test("credentials in a list of nodes are refused and not repeated", () => {
  const { error } = nodes().safeParse("user:hush@a:6379");
  expect(error?.issues[0]?.message).toContain("REDIS_PASSWORD");
  expect(error?.issues[0]?.message).not.toContain("hush");
});
