import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eventsDocUrl, renderEventsDoc } from "../../scripts/events-doc.ts";

test("docs/events.md is what `npm run docs` would write now", () => {
  expect(readFileSync(eventsDocUrl, "utf8")).toBe(renderEventsDoc());
});
