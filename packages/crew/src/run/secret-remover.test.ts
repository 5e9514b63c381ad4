import { expect, test } from "vitest";
import { secretRemover } from "./secret-remover.ts";

test("values of variables that hold a secret are removed, others stay", () => {
  const remove = secretRemover({
    SHOP_API_KEY: "abcdefgh",
    SHOP_TOKEN: "abcdefgh-long",
    REGION: "europe-west",
    DEBUG_KEY: "1",
  });
  expect(remove("key abcdefgh, token abcdefgh-long, in europe-west, 1")).toBe(
    "key [secret], token [secret], in europe-west, 1",
  );
});

test.each([
  ["connect to redis://user:pa55@db:6379/0 failed", "connect to redis://[secret]@db:6379/0 failed"],
  ["GET https://x.example/v1?key=abc123&q=geese", "GET https://x.example/v1?key=[secret]&q=geese"],
  ["GET /v1?access_token=abc&sig=d%2F1", "GET /v1?access_token=[secret]&sig=[secret]"],
  ["Authorization: Bearer abc.def-123", "Authorization: Bearer [secret]"],
  ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"Basic [secret]"}'],
  ["refused bearer eyJhbGciOiJIUzI1NiIsInR5", "refused bearer [secret]"],
  ['{"api_key": "0123456789"}', '{"api_key": "[secret]"}'],
  ["OPENAI_API_KEY=hunter", "OPENAI_API_KEY=[secret]"],
  ["Incorrect API key provided: sk-proj-abcdefghijklmnop", "Incorrect API key provided: [secret]"],
  ["AKIAIOSFODNN7EXAMPLE is not authorised", "[secret] is not authorised"],
])("%s", (text, shown) => {
  expect(secretRemover({})(text)).toBe(shown);
});

test.each([
  "Bearer authentication is required",
  "a basic understanding of the token: required",
  "apiKey: Invalid input",
  "the model answered 429 three times: https://api.example/v1/chat",
  "total_tokens: 4096, max_tokens: 100000",
  "sk-1 is no key",
])("leaves sentences alone: %s", (text) => {
  expect(secretRemover({})(text)).toBe(text);
});
