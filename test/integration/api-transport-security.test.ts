import { expect, test } from "vitest";
import { startTestApi } from "../support/api-in-process.ts";

test.each([
  ["https://crews.example.com", "max-age=31536000"],
  ["http://crews.internal:3000", null],
  ["", null],
])("with PUBLIC_URL %j, browsers are told to use https: %s", async (PUBLIC_URL, expected) => {
  await using api = await startTestApi({ PUBLIC_URL });
  const response = await fetch(`${api.url}/healthz`);
  expect(response.headers.get("strict-transport-security")).toBe(expected);
});
