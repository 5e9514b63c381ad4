import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { curlCommand } from "./curl.ts";
import { kickoffBody, noWebhook } from "./kickoff-body.ts";

it("sends texts as texts, JSON as JSON, and omits empty values", () => {
  const values = { topic: "it's 7", list: '["a"]', number: "42", zip: "007", flag: "true", empty: "  ", odd: "{no" };
  expect(kickoffBody(Object.keys(values), values, noWebhook)).toEqual({
    inputs: { topic: "it's 7", list: ["a"], number: 42, zip: "007", flag: true, odd: "{no" },
  });
});

it("adds a webhook from the form", () => {
  const webhook = { ...noWebhook, wanted: true, url: " https://example.com/hook ", events: "task_*, llm_call_failed" };
  expect(kickoffBody([], {}, { ...webhook, strict: true, token: "t" })).toEqual({
    inputs: {},
    webhooks: {
      url: "https://example.com/hook",
      events: ["task_*", "llm_call_failed"],
      realtime: false,
      ordering: "strict",
      authentication: { strategy: "bearer", token: "t" },
    },
  });
});

it.each([
  ["batched", false],
  ["realtime", true],
  ["adaptive", { max_delay_ms: 400 }],
] as const)("asks for the pace %s as the API knows it", (pace, realtime) => {
  const webhook = { ...noWebhook, wanted: true, url: "https://example.com/", maxDelayMs: "400", pace };
  expect(kickoffBody([], {}, webhook)["webhooks"]).toEqual({ url: "https://example.com/", events: ["*"], realtime });
  expect(kickoffBody([], {}, { ...webhook, coalesce: true })["webhooks"]).toMatchObject({ realtime, coalesce: true });
});

it("writes a command that a shell passes on unchanged", () => {
  const body = { inputs: { topic: "it's $HOME `id` !" } };
  const command = curlCommand("https://example.com/a'b", body).replace("curl -sS", "printf '%s\\n'");
  const printed = execFileSync("sh", ["-c", command], { encoding: "utf8", env: { CREWSTREAM_TOKEN: "secret" } });
  expect(printed.split("\n").slice(0, 3)).toEqual(["https://example.com/a'b", "-H", "Authorization: Bearer secret"]);
  expect(JSON.parse(printed.slice(printed.indexOf("-d\n") + 3))).toEqual(body);
});
