import { expect, test } from "vitest";
import { readTracingSettings } from "./tracing-settings.ts";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };
const defaults = {
  sampler: "parentbased_always_on",
  ratio: 1,
  headers: ["", ""],
  batch: { delayMs: 5000, queue: 2048, size: 512, timeoutMs: 30_000 },
};

test.each([
  endpoint,
  { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" },
  { OTEL_TRACES_EXPORTER: "otlp" },
  { ...endpoint, OTEL_SDK_DISABLED: "false", OTEL_TRACES_EXPORTER: "", OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" },
  { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf" },
  { ...endpoint, OTEL_TRACES_SAMPLER: "unknown", OTEL_TRACES_SAMPLER_ARG: "2", OTEL_BSP_SCHEDULE_DELAY: "-1" },
])("%j switches it on", (env) => {
  expect(readTracingSettings(env)).toEqual(defaults);
});

test.each([
  {},
  { OTEL_EXPORTER_OTLP_ENDPOINT: "" },
  { OTEL_SERVICE_NAME: "x" },
  { ...endpoint, OTEL_SDK_DISABLED: "TRUE" },
  { ...endpoint, OTEL_TRACES_EXPORTER: "none" },
])("%j leaves it off without a word", (env) => {
  expect(readTracingSettings(env)).toEqual({ off: undefined });
});

test.each([
  [{ ...endpoint, OTEL_TRACES_EXPORTER: "zipkin" }, /OTEL_TRACES_EXPORTER/],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /OTEL_EXPORTER_OTLP_PROTOCOL/],
])("%j is not supported, and the reason is given", (env, reason) => {
  expect(readTracingSettings(env)).toEqual({ off: expect.stringMatching(reason) });
});

test("sampler, headers and batches are read", () => {
  const sampler = { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" };
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: "a=1,b=2", OTEL_EXPORTER_OTLP_TRACES_HEADERS: "b=3" };
  const env = { ...endpoint, ...sampler, ...headers, OTEL_BSP_MAX_QUEUE_SIZE: "10" };
  expect(readTracingSettings(env)).toEqual({
    sampler: "traceidratio",
    ratio: 0.25,
    headers: ["a=1,b=2", "b=3"],
    batch: { ...defaults.batch, queue: 10 },
  });
});
