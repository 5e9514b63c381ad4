import { crc32 } from "node:zlib";
import { halves, spent, type Wire } from "./wire.ts";

const usage = {
  inputTokens: spent.prompt - spent.cached,
  cacheReadInputTokens: spent.cached,
  outputTokens: spent.completion,
  totalTokens: spent.prompt + spent.completion,
};

/** Amazon Bedrock's Converse, whose streams are frames of AWS's binary event stream. It does not count reasoning. */
export const converse: Wire = {
  contentType: "application/vnd.amazon.eventstream",
  streams: ({ path }) => path.endsWith("/converse-stream"),
  whole: (say) => ({
    output: {
      message: {
        role: "assistant",
        content:
          "text" in say
            ? [{ text: say.text }]
            : [
                { reasoningContent: { reasoningText: { text: "hm", signature: "sealed" } } },
                { toolUse: { toolUseId: "call_1", name: say.tool, input: say.args } },
              ],
      },
    },
    stopReason: "text" in say ? "end_turn" : "tool_use",
    usage,
  }),
  stream(say) {
    const begun = frame("messageStart", { role: "assistant" });
    const delta = (contentBlockIndex: number, value: object): Buffer =>
      frame("contentBlockDelta", { contentBlockIndex, delta: value });
    const stop = (contentBlockIndex: number): Buffer => frame("contentBlockStop", { contentBlockIndex });
    const end = (stopReason: string): Buffer[] => [
      frame("messageStop", { stopReason }),
      frame("metadata", { usage, metrics: { latencyMs: 1 } }),
    ];
    if ("text" in say) {
      return [begun, ...halves(say.text).map((text) => delta(0, { text })), stop(0), ...end("end_turn")];
    }
    const begin = { contentBlockIndex: 1, start: { toolUse: { toolUseId: "call_1", name: say.tool } } };
    return [
      begun,
      delta(0, { reasoningContent: { text: "hm" } }),
      delta(0, { reasoningContent: { signature: "sealed" } }),
      stop(0),
      frame("contentBlockStart", begin),
      ...halves(JSON.stringify(say.args)).map((input) => delta(1, { toolUse: { input } })),
      stop(1),
      ...end("tool_use"),
    ];
  },
  refusal: (message) => ({ message }),
  overloaded: frame("throttlingException", { message: "overloaded" }, "exception"),
};

/** One frame: length, length of the headers, their checksum; headers; JSON; the checksum of everything before it. */
function frame(type: string, payload: object, kind: "event" | "exception" = "event"): Buffer {
  const headers = Buffer.concat([header(":message-type", kind), header(`:${kind}-type`, type)]);
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(8 + 4 + headers.length + body.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const rest = Buffer.concat([prelude, checksum(prelude), headers, body]);
  return Buffer.concat([rest, checksum(rest)]);
}

/** A header with a text value: kind 7, and a length of two bytes. */
function header(name: string, value: string): Buffer {
  const head = Buffer.from([name.length, ...Buffer.from(name), 7, 0, value.length]);
  return Buffer.concat([head, Buffer.from(value)]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
