import { expect, test } from "vitest";
import { keptHeaders } from "./kept-headers.ts";
import { redactEchoes } from "./redact-echo.ts";

test("headers are kept in order, repeated ones as one", () => {
  const connection = { connection: "keep-alive", "keep-alive": "timeout=5", "transfer-encoding": "chunked" };
  expect(keptHeaders({ ...connection, "retry-after": "30", "x-request-id": "r-1", warning: "a, b" })).toEqual({
    "retry-after": "30",
    "x-request-id": "r-1",
    warning: "a, b",
  });
});

test.each([
  "set-cookie",
  "authorization",
  "x-auth-token",
  "x-api-key",
  "x-apikey",
  "webhook-signature",
  "client-secret",
])("the value of %s is not kept", (name) => {
  const headers = name === "set-cookie" ? { [name]: ["session=hush; Path=/"] } : { [name]: "hush" };
  expect(keptHeaders(headers)).toEqual({ [name]: "[redacted]" });
});

test("a long value is truncated, and all together stay within 1 KiB", () => {
  expect(keptHeaders({ long: "x".repeat(16_000) })).toEqual({ long: "x".repeat(200) });
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${index}`, "v".repeat(50)]));
  const kept = Object.entries(keptHeaders(many));
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.flat().join("").length).toBeLessThanOrEqual(1024);
});

test("secrets that a receiver echoes are removed, even if they are truncated", () => {
  const secrets = { authentication: { strategy: "bearer", token: "long-bearer-token" } } as const;
  const kept = keptHeaders({ echo: "was long-bearer-token", cut: `${"x".repeat(190)}long-bearer-token` });
  expect(redactEchoes(kept, secrets)).toEqual({ echo: "was [redacted]", cut: `${"x".repeat(190)}[redacted]` });
});
