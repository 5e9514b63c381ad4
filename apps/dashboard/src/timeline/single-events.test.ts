import { eventPairs, eventTypes } from "@crewstream/contracts";
import { expect, it } from "vitest";
import { singleEvents } from "./single-events.ts";

it("names every type of the catalogue that is not in a pair", () => {
  const paired = new Set<string>(Object.entries(eventPairs).flat());
  expect([...singleEvents].sort()).toEqual(eventTypes.filter((type) => !paired.has(type)).sort());
});
