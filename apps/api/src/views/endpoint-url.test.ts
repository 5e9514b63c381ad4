import { expect, it } from "vitest";
import { endpointOfUrl, shownUrl } from "./endpoint-url.ts";

it.each([
  ["https://example.com/hook", "https://example.com/hook"],
  ["https://example.com/hook?key=s3cret&team=a%20b", "https://example.com/hook?key=…&team=…"],
  ["http://127.0.0.1:9/?=x", "http://127.0.0.1:9/?=…"],
  ["", ""],
])("shows %j as %j", (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});

it("names the endpoint by origin", () => {
  expect(endpointOfUrl("https://example.com:8443/a?b").origin).toBe("https://example.com:8443");
  expect(endpointOfUrl("https://example.com/a").endpoint).toBe(endpointOfUrl("https://example.com/b?c").endpoint);
});
