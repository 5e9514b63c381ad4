import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { parseArgs, usageOf, type ModelAnswer } from "./answer.ts";
import { streamFailure } from "./model-error.ts";

/** A streamed part of a response. */
export type AnswerChunk =
  | { kind: "text"; text: string; responseId: string | null }
  | { kind: "thinking"; text: string; responseId: string | null }
  | { kind: "tool"; text: string; responseId: string | null; toolCallId: string; toolName: string; argsSoFar: string };

/** Calls the model once without streaming. Rejects with the provider's error. */
export async function generateAnswer(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
): Promise<ModelAnswer> {
  const result = await model.doGenerate(options);
  const collected = new Collector();
  collected.responseId = result.response?.id ?? null;
  for (const part of result.content) collected.add(part);
  return collected.answer(result.finishReason, result.usage);
}

/**
 * Calls the model once and passes every chunk to `onChunk`. Rejects with the provider's error, or with the failure of a
 * stream that broke off (`streamFailure`).
 */
export async function streamAnswer(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
  onChunk: (chunk: AnswerChunk) => Promise<void>,
): Promise<ModelAnswer> {
  const { stream } = await model.doStream(options);
  const collected = new Collector();
  const open = new Map<string, { toolName: string; args: string }>();
  for await (const part of partsOf(stream)) {
    if (part.type === "finish") return collected.answer(part.finishReason, part.usage);
    const chunk = takePart(part, collected, open);
    if (chunk !== undefined && chunk.text !== "") await onChunk(chunk);
  }
  throw brokenOff();
}

/** The parts of a stream; rejects with the failure that ends it, whether it breaks off or reports an error. */
async function* partsOf(stream: ReadableStream<LanguageModelV4StreamPart>): AsyncGenerator<LanguageModelV4StreamPart> {
  try {
    for await (const part of stream) {
      if (part.type === "error") throw part.error;
      yield part;
    }
  } catch (error) {
    throw streamFailure(error);
  }
}

/** Stores a part, and returns the chunk to emit for it. Parts of other kinds are irrelevant here. */
function takePart(
  part: LanguageModelV4StreamPart,
  collected: Collector,
  open: Map<string, { toolName: string; args: string }>,
): AnswerChunk | undefined {
  const { responseId } = collected;
  if (part.type === "response-metadata") collected.responseId = part.id ?? responseId;
  // Each may have metadata: Anthropic's signature comes with a last, empty part of the reasoning.
  if (part.type === "text-start" || part.type === "text-delta" || part.type === "text-end") {
    collected.note("text", part.id, part.providerMetadata);
  }
  if (part.type === "reasoning-start" || part.type === "reasoning-delta" || part.type === "reasoning-end") {
    collected.note("reasoning", part.id, part.providerMetadata);
  }
  if (part.type === "text-delta") {
    collected.text(part.id, part.delta);
    return { kind: "text", text: part.delta, responseId };
  }
  if (part.type === "reasoning-delta") {
    collected.thinking(part.id, part.delta);
    return { kind: "thinking", text: part.delta, responseId };
  }
  if (part.type === "tool-input-start") open.set(part.id, { toolName: part.toolName, args: "" });
  if (part.type === "tool-call") collected.add(part);
  const call = part.type === "tool-input-delta" ? open.get(part.id) : undefined;
  if (part.type !== "tool-input-delta" || call === undefined) return undefined;
  call.args += part.delta;
  return {
    kind: "tool",
    text: part.delta,
    responseId,
    toolCallId: part.id,
    toolName: call.toolName,
    argsSoFar: call.args,
  };
}

type Finish = Parameters<typeof usageOf>[0];

interface OpenPart {
  type: "text" | "reasoning";
  text: string;
  providerOptions?: object;
}

class Collector {
  responseId: string | null = null;
  readonly #parts: ModelAnswer["content"] = [];
  readonly #byId = new Map<string, OpenPart>();
  readonly #calls: ModelAnswer["toolCalls"] = [];

  text(id: string, delta: string): void {
    this.#append("text", id, delta);
  }

  thinking(id: string, delta: string): void {
    this.#append("reasoning", id, delta);
  }

  /**
   * Starts or ends a part, and keeps what the provider must see again with it, such as a signature over its reasoning:
   * OpenAI and Anthropic reject a conversation without it, even if the part has no text.
   */
  note(type: "text" | "reasoning", id: string, metadata: object | undefined): void {
    const part = this.#part(type, id);
    if (metadata !== undefined) part.providerOptions = { ...part.providerOptions, ...metadata };
  }

  add(part: LanguageModelV4Content): void {
    const options =
      "providerMetadata" in part && part.providerMetadata ? { providerOptions: part.providerMetadata } : {};
    if (part.type === "text") this.#parts.push({ type: "text", text: part.text, ...options });
    if (part.type === "reasoning") this.#parts.push({ type: "reasoning", text: part.text, ...options });
    if (part.type !== "tool-call" || part.providerExecuted === true) return;
    const parsed = parseArgs(part.input);
    this.#calls.push({ id: part.toolCallId, name: part.toolName, args: part.input });
    this.#parts.push({
      type: "tool-call",
      toolCallId: part.toolCallId,
      toolName: part.toolName,
      input: parsed.ok ? parsed.value : {},
      ...options,
    });
  }

  answer(finish: { unified: string; raw: string | undefined }, usage: Finish): ModelAnswer {
    if (finish.unified === "interrupted") throw brokenOff();
    const textOf = (type: string): string =>
      this.#parts.map((part) => (part.type === type && "text" in part ? part.text : "")).join("");
    return {
      text: textOf("text"),
      reasoning: textOf("reasoning"),
      toolCalls: this.#calls,
      content: this.#parts.filter(
        (part) => !("text" in part) || part.text !== "" || part.providerOptions !== undefined,
      ),
      usage: usageOf(usage),
      finishReason: finish.raw ?? finish.unified,
      responseId: this.responseId,
    };
  }

  #append(type: "text" | "reasoning", id: string, delta: string): void {
    this.#part(type, id).text += delta;
  }

  #part(type: "text" | "reasoning", id: string): OpenPart {
    const key = `${type}:${id}`;
    const known = this.#byId.get(key);
    if (known !== undefined) return known;
    const part: OpenPart = { type, text: "" };
    this.#byId.set(key, part);
    this.#parts.push(part as ModelAnswer["content"][number]);
    return part;
  }
}

function brokenOff(): AppError {
  return new AppError("the model's response broke off before its end", {
    code: ErrorCode.modelFailed,
    retryable: true,
  });
}
