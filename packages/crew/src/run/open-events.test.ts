import { describeEventTypes, eventPairs, newExecutionId, schemaFor } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { closingEvents } from "./open-events.ts";

const examples = new Map(describeEventTypes().map(({ type, example }) => [type as string, example]));

// Remote agents are not run here: no stream contains their events.
const starts = [...new Set(Object.values(eventPairs))].filter((type) => !type.startsWith("a2a_"));

test.each(starts)("the event that closes %s has all required fields of its type", (type) => {
  const opening = { id: "e1", type, data: examples.get(type) };
  const [closing] = closingEvents(newExecutionId(), [JSON.stringify(opening)], { error: "given up" }, new Date(0));
  const checked = schemaFor(closing!.type)?.safeParse({ ...closing!.data, emission_sequence: 2 });
  expect(checked?.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)).toBeUndefined();
});
