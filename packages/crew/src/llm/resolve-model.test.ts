import { describe, expect, test } from "vitest";
import { Run } from "../run/run.ts";
import { testContext } from "../testing/index.ts";
import type { ModelRef } from "./model.ts";
import { parseModelName, resolveModel } from "./resolve-model.ts";

const resolve = (ref: ModelRef | undefined, env: Record<string, string> = {}) =>
  resolveModel(new Run(testContext({ env })), ref);

describe("a model's name", () => {
  test.each([
    ["openai/gpt-5-mini", "openai", "gpt-5-mini"],
    ["openrouter/meta-llama/llama-3", "openrouter", "meta-llama/llama-3"],
    ["gpt-4o", "openai", "gpt-4o"],
    ["o3-mini", "openai", "o3-mini"],
    ["claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"],
    ["Ollama/llama3.2", "ollama", "llama3.2"],
  ])("%s is of %s", (name, provider, modelId) => {
    expect(parseModelName(name)).toEqual({ provider, modelId });
  });

  test("without a recognisable provider is rejected with examples", () => {
    expect(() => parseModelName("llama3")).toThrow("Write provider/model");
  });
});

describe("resolving", () => {
  test("a missing key names its variable", async () => {
    await expect(resolve("openai/gpt-5-mini")).rejects.toThrow("needs OPENAI_API_KEY");
    await expect(resolve("anthropic/claude-sonnet-4-5")).rejects.toThrow("needs ANTHROPIC_API_KEY");
    await expect(resolve("groq/llama")).rejects.toThrow("needs GROQ_API_KEY");
    await expect(resolve("gemini/gemini-3-flash")).rejects.toThrow("needs GEMINI_API_KEY");
    await expect(resolve("azure/chat")).rejects.toThrow("needs AZURE_API_BASE");
    await expect(resolve("bedrock/amazon.nova-lite-v1:0")).rejects.toThrow("needs AWS_ACCESS_KEY_ID");
  });

  test("an unknown provider is named, with the known ones", async () => {
    await expect(resolve("acme/model")).rejects.toThrow(/no model provider "acme".*offline, .*openai/);
  });

  test("keys come from the run's environment or the model's own settings", async () => {
    expect((await resolve("openai/gpt-5-mini", { OPENAI_API_KEY: "k" })).language.modelId).toBe("gpt-5-mini");
    expect((await resolve({ model: "anthropic/claude-sonnet-4-5", apiKey: "k", temperature: 0 })).settings).toEqual({
      temperature: 0,
    });
    expect((await resolve("google/gemini-3-flash", { GOOGLE_API_KEY: "k" })).language.modelId).toBe("gemini-3-flash");
    const azure = { AZURE_API_BASE: "https://x.openai.azure.com", AZURE_API_KEY: "k" };
    expect((await resolve("azure/chat", azure)).language.provider).toContain("azure");
    const aws = { AWS_BEARER_TOKEN_BEDROCK: "k", AWS_REGION: "eu-central-1" };
    expect((await resolve("bedrock/amazon.nova-lite-v1:0", aws)).language.modelId).toBe("amazon.nova-lite-v1:0");
    expect((await resolve("ollama/llama3.2")).language.provider).toContain("ollama");
  });

  test("no name means the run's default; one connection serves the whole run", async () => {
    const run = new Run(testContext());
    const model = await resolveModel(run, undefined);
    expect(model.label).toBe("offline/demo");
    expect(await resolveModel(run, "offline/demo")).toBe(model);
  });
});
