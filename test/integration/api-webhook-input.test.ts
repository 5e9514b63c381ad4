import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ WEBHOOK_ALLOW_PORTS: "9,443,80" });
});
afterAll(() => api[Symbol.asyncDispose]());

const good = { url: "http://127.0.0.1:9/hook", events: ["*"] };

/** An invalid value, the path in the response, and a word from what it says is allowed. */
const bad: [body: unknown, path: string, says: string][] = [
  [{ webhooks: "x" }, "webhooks", "object"],
  [{ webhooks: 5 }, "webhooks", "object"],
  [{ webhooks: [good, null] }, "webhooks[1]", "object"],
  [{ webhooks: Array.from({ length: 11 }, () => good) }, "webhooks", "at most 10"],
  [{ webhooks: {} }, "webhooks.url", "URL"],
  [{ webhooks: { ...good, url: 7 } }, "webhooks.url", "URL"],
  [{ webhooks: { ...good, url: "nowhere" } }, "webhooks.url", "https://"],
  [{ webhooks: { ...good, url: "ftp://example.com/x" } }, "webhooks.url", "http:// or https://"],
  [{ webhooks: { ...good, url: "javascript:alert(1)" } }, "webhooks.url", "http:// or https://"],
  [{ webhooks: { ...good, url: "http://u:p@example.com/" } }, "webhooks.url", "authentication"],
  [{ webhooks: { ...good, url: `https://example.com/${"x".repeat(2048)}` } }, "webhooks.url", "2048"],
  [{ webhooks: [good, { ...good, url: "x" }] }, "webhooks[1].url", "https://"],
  [{ webhooks: { url: good.url } }, "webhooks.events", "list of event types"],
  [{ webhooks: { ...good, events: [] } }, "webhooks.events", '["*"]'],
  [{ webhooks: { ...good, events: "*" } }, "webhooks.events", "list of event types"],
  [{ webhooks: { ...good, events: [""] } }, "webhooks.events[0]", "empty"],
  [{ webhooks: { ...good, events: ["*", 1] } }, "webhooks.events[1]", "text"],
  [{ webhooks: { ...good, events: ["x".repeat(201)] } }, "webhooks.events[0]", "200"],
  [{ webhooks: { ...good, events: ["*_started"] } }, "webhooks.events[0]", "at the end"],
  [{ webhooks: { ...good, events: Array.from({ length: 501 }, () => "a") } }, "webhooks.events", "500"],
  [{ webhooks: { ...good, realtime: "yes" } }, "webhooks.realtime", "true"],
  [{ webhooks: { ...good, realtime: { max_delay_ms: 0 } } }, "webhooks.realtime.max_delay_ms", "from 1 to"],
  [{ webhooks: { ...good, realtime: { max_delay_ms: 1.5 } } }, "webhooks.realtime.max_delay_ms", "whole number"],
  [{ webhooks: { ...good, realtime: { max_delay_ms: 60_001 } } }, "webhooks.realtime.max_delay_ms", "60000"],
  [{ webhooks: { ...good, realtime: { delay: 5 } } }, "webhooks.realtime.max_delay_ms", "whole number"],
  [{ webhooks: { ...good, coalesce: "yes" } }, "webhooks.coalesce", "true or false"],
  [{ webhooks: { ...good, authentication: "Bearer x" } }, "webhooks.authentication", '"bearer"'],
  [{ webhooks: { ...good, authentication: {} } }, "webhooks.authentication.strategy", '"basic"'],
  [{ webhooks: { ...good, authentication: { strategy: "oauth2" } } }, "webhooks.authentication.strategy", '"header"'],
  [{ webhooks: { ...good, authentication: { strategy: "bearer" } } }, "webhooks.authentication.token", "string"],
  [
    { webhooks: { ...good, authentication: { strategy: "bearer", token: "a\r\nx: y" } } },
    "webhooks.authentication.token",
    "line breaks",
  ],
  [
    { webhooks: { ...good, authentication: { strategy: "basic", username: "a:b", password: "" } } },
    "webhooks.authentication.username",
    "colon",
  ],
  [
    { webhooks: { ...good, authentication: { strategy: "header", name: "Host", value: "x" } } },
    "webhooks.authentication.name",
    "sets itself",
  ],
  [
    { webhooks: { ...good, authentication: { strategy: "header", name: "Traceparent", value: "x" } } },
    "webhooks.authentication.name",
    "sets itself",
  ],
  [
    { webhooks: { ...good, authentication: { strategy: "header", name: "a b", value: "x" } } },
    "webhooks.authentication.name",
    "letters",
  ],
  [{ webhooks: { ...good, signing_secret: "hunter2" } }, "webhooks.signing_secret", "whsec_"],
  [{ webhooks: { ...good, ordering: "fifo" } }, "webhooks.ordering", '"strict"'],
  [{ webhooks: { ...good, retry: "5s" } }, "webhooks.retry", "schedule"],
  [{ webhooks: { ...good, retry: { schedule: [] } } }, "webhooks.retry.schedule", "at least one"],
  [{ webhooks: { ...good, retry: { schedule: ["soon"] } } }, "webhooks.retry.schedule[0]", "5s"],
  [{ webhooks: { ...good, retry: { schedule: ["1s", "25h"] } } }, "webhooks.retry.schedule[1]", "24h"],
  [{ webhooks: { ...good, retry: { schedule: ["0s"] } } }, "webhooks.retry.schedule[0]", "1ms"],
  [
    { webhooks: { ...good, retry: { schedule: Array.from({ length: 21 }, () => "1s") } } },
    "webhooks.retry.schedule",
    "20",
  ],
  [{ webhooks: { ...good, retry: { schedule: ["1s"], jitter: 3 } } }, "webhooks.retry", "schedule"],
  [{ taskWebhookUrl: 7 }, "taskWebhookUrl", "URL"],
  [{ crewWebhookUrl: "nowhere" }, "crewWebhookUrl", "https://"],
  [{ humanInputWebhookUrl: "nowhere" }, "humanInputWebhookUrl", "https://"],
  [{ humanInputWebhook: "nowhere" }, "humanInputWebhook", "object"],
  [{ humanInputWebhook: { url: 7 } }, "humanInputWebhook.url", "URL"],
  [
    { humanInputWebhook: { url: good.url, authentication: { strategy: "digest" } } },
    "humanInputWebhook.authentication.strategy",
    '"basic"',
  ],
  [{ humanInputWebhook: { url: "http://10.0.0.1/" } }, "humanInputWebhook.url", "WEBHOOK_ALLOW_NETWORKS"],
  [{ restoreFromStateId: 7 }, "restoreFromStateId", "string"],
  [{ inputs: [] }, "inputs", "object"],
  [{ inputs: "x" }, "inputs", "object"],
  // Where webhooks may not be sent, in every spelling.
  [{ webhooks: { ...good, url: "http://10.1.2.3/" } }, "webhooks.url", "WEBHOOK_ALLOW_NETWORKS"],
  [{ webhooks: { ...good, url: "http://169.254.169.254/latest" } }, "webhooks.url", "WEBHOOK_ALLOW_NETWORKS"],
  [{ webhooks: { ...good, url: "http://0x0a.1/" } }, "webhooks.url", "10.0.0.1"],
  [{ webhooks: { ...good, url: "http://[::ffff:10.0.0.1]/" } }, "webhooks.url", "WEBHOOK_ALLOW_NETWORKS"],
  [{ webhooks: { ...good, url: "http://127.0.0.1:6379/" } }, "webhooks.url", "WEBHOOK_ALLOW_PORTS"],
  [{ stepWebhookUrl: "http://192.168.0.1/" }, "stepWebhookUrl", "192.168.0.1"],
];

test.each(bad)("%j", async (body, path, says) => {
  const answer = await api.client.post("/automations/notes/kickoff", body);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ details: { path } });
  expect(answer.body["message"]).toContain(says);
  expect(answer.body["message"]).toContain(path);
});
