import { describe, expect, test } from "vitest";
import { natMap, nodes, secrets } from "./fields.ts";

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

describe("secrets", () => {
  const schema = secrets({ is: "four letters", check: (text) => /^[a-z]{4}$/.test(text) });
  test("are a list, and blanks around them do not count", () => {
    expect(schema.parse("abcd , efgh").map((each) => each.reveal())).toEqual(["abcd", "efgh"]);
    expect(schema.parse(" abcd").map((each) => each.reveal())).toEqual(["abcd"]);
  });
  test.each([
    ["", "must be four letters"],
    [",", "must be four letters"],
    ["abc1", "must be four letters"],
    ["abcd, s3cret", "secret 2 of 2 must be four letters"],
  ])("%j is refused without its value", (text, message) => {
    const { error } = schema.safeParse(text);
    expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
    expect(JSON.stringify(error)).not.toContain("s3cret");
  });
});
