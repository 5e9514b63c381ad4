import { expect, test } from "vitest";
import { checkedAuthenticationSchema, credentialOf, type Authentication } from "./authentication.ts";

test.each<[Authentication, ReturnType<typeof credentialOf>]>([
  [
    { strategy: "bearer", token: "t0ken" },
    { header: "authorization", value: "Bearer t0ken", displayed: "Bearer [hidden]", secrets: ["t0ken"] },
  ],
  [
    { strategy: "basic", username: "zoë", password: "päss" },
    {
      header: "authorization",
      value: `Basic ${Buffer.from("zoë:päss").toString("base64")}`,
      displayed: "Basic [hidden]",
      secrets: [Buffer.from("zoë:päss").toString("base64"), "päss"],
    },
  ],
  [
    { strategy: "header", name: "X-Key", value: "v" },
    { header: "x-key", value: "v", displayed: "[hidden]", secrets: ["v"] },
  ],
])("the credential of %j", (authentication, expected) => {
  expect(credentialOf(authentication)).toEqual(expected);
});

test("a credential's displayed value contains none of its secrets", () => {
  for (const authentication of [
    { strategy: "bearer", token: "secret-1" },
    { strategy: "basic", username: "user", password: "secret-1" },
    { strategy: "header", name: "x-key", value: "secret-1" },
  ] satisfies Authentication[]) {
    const { displayed, secrets } = credentialOf(authentication);
    expect(secrets.filter((secret) => displayed.includes(secret))).toEqual([]);
  }
});

test.each<[unknown, string, string]>([
  ["bearer", "", 'must be one of {"strategy": "bearer", "token"}, '],
  [{ strategy: "toString" }, "strategy", "must be one of"],
  [{ strategy: "hmac", key: "k" }, "strategy", '{"strategy": "header", "name", "value"}'],
  [{ strategy: "basic", username: "a:b", password: "" }, "username", "must not contain a colon"],
  [{ strategy: "bearer", token: "a\r\nb: c" }, "token", "line breaks"],
  [{ strategy: "header", name: "Webhook-Id", value: "v" }, "name", "sets itself"],
])("%j is refused at %j: %s", (value, path, message) => {
  const [issue] = checkedAuthenticationSchema.safeParse(value).error?.issues ?? [];
  expect(issue?.path.join(".")).toBe(path);
  expect(issue?.message).toContain(message);
});
