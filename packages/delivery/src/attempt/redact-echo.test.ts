import type { SubscriptionSecrets } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { redactEcho } from "./redact-echo.ts";

const bearer: SubscriptionSecrets = { authentication: { strategy: "bearer", token: "tok.en+1" } };
const basic: SubscriptionSecrets = { authentication: { strategy: "basic", username: "me", password: "pass" } };
const header: SubscriptionSecrets = {
  authentication: { strategy: "header", name: "x-key", value: "value" },
  signingSecret: "whsec_abc",
};

test.each<[string, SubscriptionSecrets, string]>([
  ["you sent tok.en+1, tok.en+1!", bearer, "you sent [redacted], [redacted]!"],
  ["tokXen+1", bearer, "tokXen+1"],
  [`Basic ${btoa("me:pass")} is pass`, basic, "Basic [redacted] is [redacted]"],
  ["me", basic, "me"],
  ["x-key: value whsec_abc", header, "x-key: [redacted] [redacted]"],
  ["cut at tok.en", bearer, "cut at [redacted]"],
  ["cut at tok", bearer, "cut at tok"],
  ["nothing to hide", {}, "nothing to hide"],
])("%j", (text, secrets, expected) => {
  expect(redactEcho(text, secrets)).toBe(expected);
});
