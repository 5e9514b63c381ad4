import type { LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { streamAnswer, type AnswerChunk } from "./read-answer.ts";

const finish: LanguageModelV4StreamPart = {
  type: "finish",
  finishReason: { unified: "stop", raw: "end_turn" },
  usage: {
    inputTokens: { total: 9, noCache: 4, cacheRead: 5, cacheWrite: 2 },
    outputTokens: { total: 3, text: 1, reasoning: 2 },
  },
};

async function read(...parts: LanguageModelV4StreamPart[]) {
  const chunks: AnswerChunk[] = [];
  const model = {
    doStream: async () => ({ stream: ReadableStream.from(parts) }),
  } as unknown as LanguageModelV4;
  const answer = await streamAnswer(model, { prompt: [] }, async (chunk) => void chunks.push(chunk));
  return { answer, chunks };
}

describe("a streamed answer", () => {
  test("keeps reasoning with what the provider must see again, even if it has no text", async () => {
    const { answer, chunks } = await read(
      { type: "response-metadata", id: "r1" },
      { type: "reasoning-start", id: "a", providerMetadata: { openai: { itemId: "rs_1" } } },
      { type: "reasoning-end", id: "a" },
      { type: "reasoning-start", id: "b" },
      { type: "reasoning-delta", id: "b", delta: "hm" },
      { type: "reasoning-end", id: "b", providerMetadata: { anthropic: { signature: "sig" } } },
      { type: "text-start", id: "t", providerMetadata: { openai: { itemId: "msg_1" } } },
      { type: "text-delta", id: "t", delta: "Hello" },
      { type: "text-end", id: "t" },
      finish,
    );
    expect(answer.content).toEqual([
      { type: "reasoning", text: "", providerOptions: { openai: { itemId: "rs_1" } } },
      { type: "reasoning", text: "hm", providerOptions: { anthropic: { signature: "sig" } } },
      { type: "text", text: "Hello", providerOptions: { openai: { itemId: "msg_1" } } },
    ]);
    expect(answer).toMatchObject({ text: "Hello", reasoning: "hm", responseId: "r1", finishReason: "end_turn" });
    expect(answer.usage).toEqual({
      total_tokens: 12,
      prompt_tokens: 9,
      cached_prompt_tokens: 5,
      completion_tokens: 3,
      reasoning_tokens: 2,
      cache_creation_tokens: 2,
      successful_requests: 1,
    });
    expect(chunks.map(({ kind, text }) => [kind, text])).toEqual([
      ["thinking", "hm"],
      ["text", "Hello"],
    ]);
  });

  test("shows a call's arguments as they grow, and parses them as JSON if they are", async () => {
    const { answer, chunks } = await read(
      { type: "tool-input-start", id: "c", toolName: "add" },
      { type: "tool-input-delta", id: "c", delta: '{"a"' },
      { type: "tool-input-delta", id: "c", delta: ":1}" },
      { type: "tool-call", toolCallId: "c", toolName: "add", input: '{"a":1}' },
      { type: "tool-call", toolCallId: "d", toolName: "add", input: "nonsense" },
      finish,
    );
    expect(chunks.map((chunk) => chunk.kind === "tool" && chunk.argsSoFar)).toEqual(['{"a"', '{"a":1}']);
    expect(answer.toolCalls).toEqual([
      { id: "c", name: "add", args: '{"a":1}' },
      { id: "d", name: "add", args: "nonsense" },
    ]);
    expect(answer.content.map((part) => part.type === "tool-call" && part.input)).toEqual([{ a: 1 }, {}]);
  });

  test("that ends without its final part, or reports a failure, is rejected", async () => {
    await expect(read({ type: "text-delta", id: "t", delta: "Hel" })).rejects.toThrow("broke off");
    await expect(read({ type: "error", error: new Error("overloaded") })).rejects.toThrow("overloaded");
    const interrupted = { ...finish, finishReason: { unified: "interrupted" as const, raw: undefined } };
    await expect(read(interrupted)).rejects.toThrow("broke off");
  });
});
