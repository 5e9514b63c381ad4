import { expect, test } from "vitest";
import { childEnvironment, quietVariables } from "./child-environment.ts";

const parts = {
  python: "/venv/bin/python",
  path: "/usr/bin",
  home: "/data/home/poem",
  storage: "/data/home/poem/storage",
  shared: {},
  project: {},
  fixed: {},
};

test("telemetry and tracing are off, whatever the worker's environment says; a project's .env may turn them on", () => {
  const shared = { CREWAI_TRACING_ENABLED: "true", OTEL_SDK_DISABLED: "false", SERPER_API_KEY: "k" };
  expect(childEnvironment({ ...parts, shared })).toMatchObject({ ...quietVariables, SERPER_API_KEY: "k" });
  const project = { CREWAI_TRACING_ENABLED: "true" };
  expect(childEnvironment({ ...parts, shared: {}, project })).toMatchObject({ CREWAI_TRACING_ENABLED: "true" });
});

test("neither the worker's environment nor a project's .env changes how Python is found and started", () => {
  const hostile = {
    HOME: "/root",
    LD_PRELOAD: "x.so",
    NODE_OPTIONS: "--x",
    PATH: "/evil",
    PYTHONPATH: "/evil",
    UV_INDEX_URL: "https://u:p@pypi.example",
    VIRTUAL_ENV: "/other",
  };
  const env = childEnvironment({ ...parts, shared: hostile, project: { PATH: "/evil", HOME: "/root" } });
  expect(env).toMatchObject({ PATH: "/venv/bin:/usr/bin", HOME: "/data/home/poem", VIRTUAL_ENV: "/venv" });
  for (const name of ["LD_PRELOAD", "NODE_OPTIONS", "PYTHONPATH", "UV_INDEX_URL"]) expect(env).not.toHaveProperty(name);
});

test("the address and key of the model gateway go before a project's own", () => {
  const env = childEnvironment({
    ...parts,
    project: { OPENAI_API_KEY: "sk-real" },
    fixed: { OPENAI_API_KEY: "gateway" },
  });
  expect(env["OPENAI_API_KEY"]).toBe("gateway");
});
