import { halves, spent, sse, type Say, type Wire } from "./wire.ts";

const usageMetadata = {
  promptTokenCount: spent.prompt,
  cachedContentTokenCount: spent.cached,
  candidatesTokenCount: spent.completion - spent.reasoning,
  thoughtsTokenCount: spent.reasoning,
  totalTokenCount: spent.prompt + spent.completion,
};
const answer = (parts: object[], finishReason?: string): object => ({
  responseId: "answer-1",
  candidates: [{ content: { role: "model", parts }, ...(finishReason === undefined ? {} : { finishReason }) }],
  ...(finishReason === undefined ? {} : { usageMetadata }),
});
const partOf = (say: Say): object =>
  "text" in say ? { text: say.text } : { functionCall: { name: say.tool, args: say.args }, thoughtSignature: "sealed" };

/** Google's generateContent. A tool call is sent whole even in its stream. */
export const generateContent: Wire = {
  contentType: "text/event-stream",
  streams: ({ path }) => path.includes(":streamGenerateContent"),
  whole: (say) => answer([partOf(say)], "STOP"),
  stream(say) {
    if (!("text" in say)) return [sse(answer([partOf(say)])), sse(answer([], "STOP"))];
    return [...halves(say.text).map((text) => sse(answer([{ text }]))), sse(answer([], "STOP"))];
  },
  refusal: (message) => ({ error: { code: 0, message, status: "UNKNOWN" } }),
  overloaded: sse({ error: { code: 503, message: "overloaded", status: "UNAVAILABLE" } }),
};
