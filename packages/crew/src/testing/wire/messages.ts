import { bodyAsksForStream, halves, spent, sse, type Wire } from "./wire.ts";

// Anthropic counts tokens read from its cache separately from the other tokens of the prompt.
const input = { input_tokens: spent.prompt - spent.cached, cache_read_input_tokens: spent.cached };
const event = (data: { type: string } & Record<string, unknown>): string => sse(data, data.type);

/** Anthropic's messages. */
export const messages: Wire = {
  contentType: "text/event-stream",
  streams: bodyAsksForStream,
  whole: (say) => ({
    type: "message",
    id: "answer-1",
    model: "m",
    role: "assistant",
    content:
      "text" in say
        ? [{ type: "text", text: say.text }]
        : [
            { type: "thinking", thinking: "hm", signature: "sealed" },
            { type: "tool_use", id: "call_1", name: say.tool, input: say.args },
          ],
    stop_reason: "text" in say ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage: { ...input, output_tokens: spent.completion },
  }),
  stream(say) {
    const begun = event({
      type: "message_start",
      message: { id: "answer-1", model: "m", role: "assistant", content: [], usage: { ...input, output_tokens: 1 } },
    });
    const block = (index: number, content: object, deltas: object[]): string[] => [
      event({ type: "content_block_start", index, content_block: content }),
      ...deltas.map((delta) => event({ type: "content_block_delta", index, delta })),
      event({ type: "content_block_stop", index }),
    ];
    const end = (reason: string): string[] => [
      event({
        type: "message_delta",
        delta: { stop_reason: reason, stop_sequence: null },
        usage: { output_tokens: spent.completion },
      }),
      event({ type: "message_stop" }),
    ];
    if ("text" in say) {
      const deltas = halves(say.text).map((text) => ({ type: "text_delta", text }));
      return [begun, ...block(0, { type: "text", text: "" }, deltas), ...end("end_turn")];
    }
    const thought = [
      { type: "thinking_delta", thinking: "hm" },
      { type: "signature_delta", signature: "sealed" },
    ];
    const args = halves(JSON.stringify(say.args)).map((text) => ({ type: "input_json_delta", partial_json: text }));
    return [
      begun,
      ...block(0, { type: "thinking", thinking: "" }, thought),
      ...block(1, { type: "tool_use", id: "call_1", name: say.tool, input: {} }, args),
      ...end("tool_use"),
    ];
  },
  refusal: (message) => ({ type: "error", error: { type: "error", message } }),
  overloaded: event({ type: "error", error: { type: "overloaded_error", message: "overloaded" } }),
};
