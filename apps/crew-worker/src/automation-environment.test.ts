import { expect, test } from "vitest";
import { automationEnvironment } from "./automation-environment.ts";

test("automations see their own variables, but not the deployment's keys", () => {
  const theirs = { OPENAI_API_KEY: "theirs", MODEL: "openai/x", PATH: "/bin" };
  const ours = { REDIS_URL: "redis://:password@r", ENCRYPTION_KEY: "k", API_TOKENS: "t" };
  const files = { API_TOKENS_FILE: "/run/secrets/tokens" };
  const commandLine = { CREWSTREAM_TOKEN: "t", CREWSTREAM_SUPERVISED: "1" };
  const collector = { OTEL_EXPORTER_OTLP_HEADERS: "api-key=k", OTEL_EXPORTER_OTLP_TRACES_HEADERS: "api-key=k" };
  expect(
    automationEnvironment({ ...theirs, ...ours, ...files, ...commandLine, ...collector, UNSET: undefined }),
  ).toEqual(theirs);
});
