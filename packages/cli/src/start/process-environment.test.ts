import { expect, test } from "vitest";
import { machineEnvironment, processEnvironment } from "./process-environment.ts";

const given = {
  PATH: "/bin",
  LC_ALL: "C",
  npm_config_cache: "/npm",
  CREWSTREAM_TOKEN: "mine",
  DATA_DIR: "/data",
  PORT: "3000",
  MODEL: "openai/x",
  OPENAI_API_KEY: "model-key",
  DATABASE_URL: "postgres://automation:secret@db",
  API_TOKENS: "token",
  ENCRYPTION_KEY: "key",
  REDIS_URL: "redis://:password@r",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector",
  OTEL_EXPORTER_OTLP_HEADERS: "key=collector",
};
const machine = { PATH: "/bin", LC_ALL: "C", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector" };
const collector = { OTEL_EXPORTER_OTLP_HEADERS: "key=collector" };

test.each([
  ["api", { PORT: "3000" }, { API_TOKENS: "token", ENCRYPTION_KEY: "key" }],
  ["delivery-worker", {}, { ENCRYPTION_KEY: "key" }],
  ["crew-worker", { MODEL: "openai/x", OPENAI_API_KEY: "model-key", DATABASE_URL: given.DATABASE_URL }, {}],
] as const)("%s gets what it reads; secrets come on a descriptor", (name, open, secret) => {
  const { env, secrets } = processEnvironment(name, given);
  expect(env).toEqual({ ...machine, ...open, CREWSTREAM_SECRETS_FD: "4" });
  expect(JSON.parse(secrets)).toEqual({ ...secret, ...collector, REDIS_URL: given.REDIS_URL });
});

test("a program that is not ours gets what is of the machine", () => {
  expect(machineEnvironment(given)).toEqual(machine);
});
