import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";

/** One answer: text, tool calls, an error to throw, or text that breaks off. A function decides by the request. */
export type ScriptedAnswer =
  | string
  | { text?: string; tools?: { name: string; args: unknown; id?: string }[]; thinking?: string }
  | { error: Error }
  | { brokenAfter: string }
  | ((options: LanguageModelV4CallOptions) => ScriptedAnswer);

export interface ScriptedModel extends LanguageModelV4 {
  /** The requests, call by call. */
  readonly calls: LanguageModelV4CallOptions[];
}

/**
 * A model that gives these answers in order, then fails. Every answer uses 10 tokens in and 5 out, and text is streamed
 * word by word. A list of answers by number of earlier messages makes it the same on a resumed run: `byPrompt`.
 */
export function scriptedModel(
  answers: readonly ScriptedAnswer[] | ((options: LanguageModelV4CallOptions) => ScriptedAnswer),
): ScriptedModel {
  const calls: LanguageModelV4CallOptions[] = [];
  const next = (options: LanguageModelV4CallOptions): LanguageModelV4StreamPart[] => {
    const index = calls.push(options) - 1;
    let answer = typeof answers === "function" ? answers(options) : answers[index];
    while (typeof answer === "function") answer = answer(options);
    if (answer === undefined) throw new Error(`the scripted model has no answer number ${index + 1}`);
    return [...partsOf(answer, options.prompt.length)];
  };
  return {
    specificationVersion: "v4",
    provider: "scripted",
    modelId: "test",
    supportedUrls: {},
    calls,
    doGenerate: async (options) => wholeOf(next(options)),
    doStream: async (options) => ({ stream: ReadableStream.from(next(options)) }),
  };
}

/** The same parts as one response, for calls without streaming. */
function wholeOf(parts: readonly LanguageModelV4StreamPart[]): LanguageModelV4GenerateResult {
  const text = parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");
  const calls = parts.filter((part) => part.type === "tool-call");
  const end = parts.find((part) => part.type === "finish");
  if (end === undefined) throw new Error("the scripted answer breaks off");
  return {
    content: [...(text === "" ? [] : [{ type: "text" as const, text }]), ...calls],
    finishReason: end.finishReason,
    usage: end.usage,
    warnings: [],
  };
}

type Plain = Exclude<ScriptedAnswer, (options: never) => unknown>;

function* partsOf(given: Plain, turn: number): Generator<LanguageModelV4StreamPart> {
  const answer = typeof given === "string" ? { text: given } : given;
  if ("error" in answer) throw answer.error;
  yield { type: "response-metadata", id: `scripted-${turn}` };
  if ("brokenAfter" in answer) {
    yield { type: "text-delta", id: "0", delta: answer.brokenAfter };
    return;
  }
  if (answer.thinking !== undefined) yield { type: "reasoning-delta", id: "r", delta: answer.thinking };
  for (const word of answer.text?.match(/\S+\s*/g) ?? []) yield { type: "text-delta", id: "0", delta: word };
  for (const [index, { name, args, id }] of (answer.tools ?? []).entries()) {
    const toolCallId = id ?? `call_${turn}_${index}`;
    const input = typeof args === "string" ? args : JSON.stringify(args);
    yield { type: "tool-input-start", id: toolCallId, toolName: name };
    yield { type: "tool-input-delta", id: toolCallId, delta: input };
    yield { type: "tool-call", toolCallId, toolName: name, input };
  }
  const finish = answer.tools === undefined ? "stop" : "tool-calls";
  yield {
    type: "finish",
    finishReason: { unified: finish, raw: finish === "stop" ? "stop" : "tool_calls" },
    usage: {
      inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 5, text: 5, reasoning: 0 },
    },
  };
}
