import { bodyAsksForStream, halves, spent, sse, type Wire } from "./wire.ts";

const usage = {
  input_tokens: spent.prompt,
  input_tokens_details: { cached_tokens: spent.cached },
  output_tokens: spent.completion,
  output_tokens_details: { reasoning_tokens: spent.reasoning },
};
const head = { id: "answer-1", created_at: 1, model: "m" };
const reasoning = { type: "reasoning", id: "rs_1", encrypted_content: "sealed", summary: [] };
const message = (text: string): object => ({
  type: "message",
  role: "assistant",
  id: "msg_1",
  content: [{ type: "output_text", text, annotations: [] }],
});
const call = (name: string, args: string): object => ({
  type: "function_call",
  id: "fc_1",
  call_id: "call_1",
  name,
  arguments: args,
});

/** OpenAI's current API. */
export const responses: Wire = {
  contentType: "text/event-stream",
  streams: bodyAsksForStream,
  whole: (say) => ({
    ...head,
    output: "text" in say ? [message(say.text)] : [reasoning, call(say.tool, JSON.stringify(say.args))],
    usage,
    incomplete_details: null,
  }),
  stream(say) {
    const begun = sse({ type: "response.created", response: head });
    const done = sse({ type: "response.completed", response: { ...head, usage } });
    const item = (kind: "added" | "done", index: number, value: object): string =>
      sse({ type: `response.output_item.${kind}`, output_index: index, item: value });
    if ("text" in say) {
      const pieces = halves(say.text).map((delta) =>
        sse({ type: "response.output_text.delta", item_id: "msg_1", output_index: 0, delta }),
      );
      return [begun, item("added", 0, message("")), ...pieces, item("done", 0, message(say.text)), done];
    }
    const args = JSON.stringify(say.args);
    const pieces = halves(args).map((delta) =>
      sse({ type: "response.function_call_arguments.delta", item_id: "fc_1", output_index: 1, delta }),
    );
    const whole = { ...call(say.tool, args), status: "completed" };
    const thought = [item("added", 0, reasoning), item("done", 0, reasoning)];
    return [begun, ...thought, item("added", 1, call(say.tool, "")), ...pieces, item("done", 1, whole), done];
  },
  refusal: (text) => ({ error: { message: text, type: "error", param: null, code: null } }),
  overloaded: sse({
    type: "error",
    sequence_number: 3,
    error: { type: "server_error", code: "overloaded", message: "overloaded", param: null },
  }),
};
