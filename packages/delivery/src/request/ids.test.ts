import { deliveryId, endpointId, endpointOrigin, newExecutionId, parseDeliveryId } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";

const executionId = newExecutionId();

describe("a delivery's id", () => {
  test.each([
    { feed: 0, first: 1 },
    { feed: 9, first: 100_000 },
    { feed: 123_456, first: 999_999_999_999_999 },
  ])("contains its address, and no dot: %j", (place) => {
    const address = { executionId, ...place };
    expect(deliveryId(address)).not.toContain(".");
    expect(parseDeliveryId(deliveryId(address))).toEqual(address);
  });

  const good = deliveryId({ executionId, feed: 0, first: 1 });
  test.each([
    "",
    "dlv_",
    good.slice(0, -1),
    `${good}x`,
    ` ${good}`,
    `${good}\n`,
    good.replace("dlv_", "DLV_"),
    good.toUpperCase(),
    good.replace(/_0_1$/, "_-1_1"),
    good.replace(/_0_1$/, "_0_1e3"),
    good.replace(/_0_1$/, "_0"),
    good.replace(/^(dlv_.{12})7/, "$14"),
    `dlv_${executionId}_0_1`,
    "dlv_{*}_0_1",
  ])("%j is none", (text) => {
    expect(parseDeliveryId(text)).toBeUndefined();
  });
});

describe("an endpoint's id", () => {
  test.each([
    ["https://example.com/a/b?c=d#e", "https://example.com"],
    ["https://example.com:443/", "https://example.com"],
    ["http://example.com:8080/", "http://example.com:8080"],
    ["https://BÜCHER.example/", "https://xn--bcher-kva.example"],
    ["http://[::1]:3000/x", "http://[::1]:3000"],
  ])("of %s is its origin and nothing else", (url, origin) => {
    const id = endpointId(new URL(url));
    expect(id).toMatch(/^ep_[A-Za-z0-9_-]+$/);
    expect(endpointOrigin(id)).toBe(origin);
  });

  test.each([
    "",
    "ep_",
    "ep_!!!",
    "https://example.com",
    `ep_${btoa("not a url")}`,
    `ep_${btoa("https://example.com/path")}`,
  ])("%j is none", (text) => {
    expect(endpointOrigin(text)).toBeUndefined();
  });
});
