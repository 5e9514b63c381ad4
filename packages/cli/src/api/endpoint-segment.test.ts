import { endpointId } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { endpointSegment } from "./endpoint-segment.ts";

test("an endpoint is named by its id, its address, or a URL that lies there", () => {
  const id = endpointId(new URL("https://receiver.example"));
  expect(endpointSegment(id)).toBe(id);
  expect(endpointSegment("https://receiver.example")).toBe(id);
  expect(endpointSegment("https://Receiver.example:443/hooks/crew?key=1")).toBe(id);
});

test.each(["", "receiver.example", "receiver.example:8080", "ftp://receiver.example", "../stats"])(
  "%j names none",
  (text) => {
    expect(() => endpointSegment(text)).toThrow("is not an endpoint");
  },
);

test("what looks like an id cannot lead to another path", () => {
  expect(endpointSegment("ep_/../../stats")).toBe("ep_%2F..%2F..%2Fstats");
});
