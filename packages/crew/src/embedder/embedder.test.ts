import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import { APICallError } from "@ai-sdk/provider";
import { afterAll, describe, expect, test } from "vitest";
import { Run } from "../run/run.ts";
import { testContext } from "../testing/index.ts";
import { wordVector } from "../testing/wire/embeddings.ts";
import { providerServer } from "../testing/wire/provider-server.ts";
import { embed } from "./embed.ts";
import type { EmbedderConfig } from "./embedder.ts";
import { resolveEmbedder } from "./resolve-embedder.ts";
import { cosine, packVector, unpackVector } from "./vector.ts";

const server = await providerServer();
afterAll(() => server[Symbol.asyncDispose]());
const { signal } = new AbortController();

describe("an embedder", () => {
  const here = server.origin;
  test.each<[EmbedderConfig, Record<string, string>, string, object]>([
    [{ provider: "openai", baseUrl: `${here}/v1` }, {}, "/v1/embeddings", { model: "text-embedding-3-large" }],
    [
      { provider: "openai", model: "e", dimensions: 8 },
      { OPENAI_BASE_URL: `${here}/v1` },
      "/v1/embeddings",
      { dimensions: 8 },
    ],
    [{ provider: "azure", model: "d", apiKey: "k", baseUrl: here }, {}, "/openai/v1/embeddings", { model: "d" }],
    [
      { provider: "ollama", model: "nomic", baseUrl: `${here}/api/embeddings` },
      {},
      "/v1/embeddings",
      { model: "nomic" },
    ],
    [
      { provider: "mistral" },
      { MISTRAL_API_KEY: "k", MISTRAL_BASE_URL: `${here}/v1` },
      "/v1/embeddings",
      { model: "mistral-embed" },
    ],
    [
      { provider: "cohere", model: "embed-v4.0", apiKey: "k", baseUrl: `${here}/c` },
      {},
      "/c/embeddings",
      { model: "embed-v4.0" },
    ],
  ])("of %j asks where it should", async (config, env, path, body) => {
    server.asked.length = 0;
    const embedder = await resolveEmbedder(new Run(testContext({ env })), config);
    const vectors = await embed(embedder, ["a red lamp", "a lamp red"], signal);
    expect(server.asked).toMatchObject([{ path, body: { ...body, input: ["a red lamp", "a lamp red"] } }]);
    expect(vectors).toEqual([packVector(wordVector("a red lamp")), packVector(wordVector("a red lamp"))]);
  });

  test.each([
    [{ provider: "voyageai" }, /no embedding provider "voyageai".*Known: azure/],
    [{ provider: "cohere" }, /names no model/],
    [{ provider: "openai" }, /needs OPENAI_API_KEY/],
  ])("of %j says what to set", async (config, message) => {
    await expect(resolveEmbedder(new Run(testContext()), config)).rejects.toThrow(message);
  });

  const flaky = (...failures: unknown[]): EmbeddingModelV4 & { calls: string[][] } => ({
    specificationVersion: "v4",
    provider: "p",
    modelId: "m",
    maxEmbeddingsPerCall: 2,
    supportsParallelCalls: false,
    calls: [],
    async doEmbed({ values }) {
      this.calls.push(values);
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return { embeddings: values.map(() => [1, 0]), warnings: [] };
    },
  });
  const busy = (statusCode: number) =>
    new APICallError({
      message: "busy",
      url: "u",
      requestBodyValues: {},
      statusCode,
      responseHeaders: { "retry-after-ms": "1" },
    });

  test("embeds in batches, and retries after a temporary failure", async () => {
    const model = flaky(busy(429));
    const embedder = await resolveEmbedder(new Run(testContext()), model);
    expect(await embed(embedder, ["a", "b", "c"], signal)).toHaveLength(3);
    expect(model.calls).toEqual([["a", "b"], ["a", "b"], ["c"]]);
  });

  test("does not retry after a permanent failure", async () => {
    const model = flaky(busy(401), busy(401));
    const embedder = await resolveEmbedder(new Run(testContext()), model);
    await expect(embed(embedder, ["a"], signal)).rejects.toThrow("busy (HTTP 401)");
    expect(model.calls).toHaveLength(1);
  });
});

test("packing a vector changes its similarity to others by at most a thousandth", () => {
  const vector = (seed: number): number[] => Array.from({ length: 1024 }, (_, index) => Math.sin(index * seed) * seed);
  const exact = (one: number[], other: number[]): number => {
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
    return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
  };
  for (const [a, b] of [
    [1.1, 1.1001],
    [0.3, 2.7],
    [1.3, 5],
  ] as const) {
    const packed = cosine(unpackVector(packVector(vector(a))), unpackVector(packVector(vector(b))));
    expect(packed).toBeCloseTo(exact(vector(a), vector(b)), 3);
  }
  expect(cosine(unpackVector(packVector([0, 0])), unpackVector(packVector([1, 1])))).toBe(0);
  expect(cosine(unpackVector(packVector([1])), unpackVector(packVector([1, 1])))).toBe(0);
});
