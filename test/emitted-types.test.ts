import { describeEventTypes, eventTypes, runtimesEmitting } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { sourceFiles } from "./support/source-files.ts";

test("the types marked as emitted in TypeScript are those that its sources contain", () => {
  const sources = sourceFiles("packages/crew", "packages/crewai-project", "apps/crew-worker")
    .filter(({ isTest }) => !isTest)
    .map(({ text }) => text)
    .join("\n");
  const named = eventTypes.filter((type) => sources.includes(`"${type}"`));
  expect(eventTypes.filter((type) => runtimesEmitting(type).includes("typescript"))).toEqual(named);
  expect(eventTypes.length - named.length).toBe(70);
});

test("a type that nothing emits is marked in the catalogue", () => {
  const entry = (wanted: string) => describeEventTypes().find(({ type }) => type === wanted);
  expect(entry("SIGTERM")).toMatchObject({ emitted: false, runtimes: [] });
  expect(entry("checkpoint_started")).toMatchObject({ emitted: true, runtimes: ["python"] });
  expect(entry("task_started")).toMatchObject({ emitted: true, runtimes: ["typescript", "python"] });
});
