import { expect, test } from "vitest";
import { automationFindings } from "./automation-findings.ts";

const served = {
  name: "poem",
  kind: "crew" as const,
  runtime: "python" as const,
  description: "",
  inputs: [],
  required: [],
  version: "1",
  workers: 1,
};

test("the environment of each Python project, and what is missing with the command that helps", () => {
  const findings = automationFindings({
    served: [{ ...served, environment: { python: "3.12.4", crewai: "1.15.30" }, warnings: ["a model has no key"] }],
    unavailable: [
      { name: "post", runtime: "python", state: "needs_setup", reason: "no environment", fix: "npx x", host: "h1" },
      { name: "broken", runtime: "typescript", state: "failed", reason: "syntax error", host: "h1" },
    ],
  });
  expect(findings).toEqual([
    { what: "Automation broken", state: "bad", found: "syntax error (on h1)" },
    { what: "Automation poem", state: "ok", found: "Python 3.12.4, crewai 1.15.30" },
    { what: "Automation poem", state: "warn", found: "a model has no key", fix: "See docs/automations.md." },
    { what: "Automation post", state: "warn", found: "no environment (on h1)", fix: "Run npx x there." },
  ]);
});
