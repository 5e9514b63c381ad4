import { bodyAsksForStream, halves, spent, sse, type Wire } from "./wire.ts";

const usage = {
  prompt_tokens: spent.prompt,
  completion_tokens: spent.completion,
  total_tokens: spent.prompt + spent.completion,
  prompt_tokens_details: { cached_tokens: spent.cached },
  completion_tokens_details: { reasoning_tokens: spent.reasoning },
};
const head = { id: "answer-1", created: 1, model: "m", object: "chat.completion.chunk" };
const piece = (delta: object, finish: string | null = null): string =>
  sse({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] });

/** OpenAI's chat completions, which most other providers support too. */
export const chatCompletions: Wire = {
  contentType: "text/event-stream",
  streams: bodyAsksForStream,
  whole(say) {
    const message =
      "text" in say
        ? { role: "assistant", content: say.text }
        : { role: "assistant", content: null, tool_calls: [call(say.tool, JSON.stringify(say.args))] };
    const choice = { index: 0, message, finish_reason: "text" in say ? "stop" : "tool_calls" };
    return { ...head, object: "chat.completion", choices: [choice], usage };
  },
  stream(say) {
    const end = [sse({ ...head, choices: [], usage }), "data: [DONE]\n\n"];
    if ("text" in say) {
      const [first, second] = halves(say.text);
      return [piece({ role: "assistant", content: first }), piece({ content: second }), piece({}, "stop"), ...end];
    }
    const [first, second] = halves(JSON.stringify(say.args));
    const begin = { role: "assistant", tool_calls: [{ index: 0, ...call(say.tool, first) }] };
    const rest = { tool_calls: [{ index: 0, function: { arguments: second } }] };
    return [piece(begin), piece(rest), piece({}, "tool_calls"), ...end];
  },
  refusal: (message) => ({ error: { message, type: "error", code: null } }),
  overloaded: sse({ error: { message: "overloaded", type: "server_error", code: "overloaded" } }),
};

function call(name: string, args: string): object {
  return { id: "call_1", type: "function", function: { name, arguments: args } };
}
