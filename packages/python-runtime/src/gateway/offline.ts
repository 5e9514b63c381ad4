import { offlineAnswer, type OfflineAnswer, type OfflineQuestion } from "@crewstream/crew/parts";
import { z } from "zod";
import { offlineEmbeddings } from "./offline-embeddings.ts";

const part = z.looseObject({ text: z.string().optional(), type: z.string().optional() });
const content = z.union([z.string(), z.array(part), z.null()]).optional();
const functionSchema = z.looseObject({ name: z.string(), parameters: z.looseObject({}).nullish() });

const chatSchema = z.looseObject({
  messages: z.array(
    z.looseObject({ role: z.string(), content, name: z.string().nullish(), tool_call_id: z.string().nullish() }),
  ),
  tools: z.array(z.looseObject({ function: functionSchema })).nullish(),
  response_format: z.looseObject({ json_schema: z.looseObject({ schema: z.looseObject({}) }).optional() }).nullish(),
  stream: z.boolean().nullish(),
});

const responsesSchema = z.looseObject({
  instructions: z.string().nullish(),
  input: z.union([
    z.string(),
    z.array(
      z.looseObject({
        type: z.string().optional(),
        role: z.string().optional(),
        content,
        call_id: z.string().optional(),
        name: z.string().optional(),
        output: z.unknown().optional(),
      }),
    ),
  ]),
  tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional(), parameters: z.unknown() })).nullish(),
  text: z.looseObject({ format: z.looseObject({ schema: z.looseObject({}).optional() }).optional() }).nullish(),
  stream: z.boolean().nullish(),
});

/** A response in OpenAI's format. */
export interface OfflineResponse {
  type: "application/json" | "text/event-stream";
  text: string;
}

/** The response of `offline/demo` to a request in OpenAI's format; undefined for unknown requests. */
export async function answerOffline(path: string, body: Buffer): Promise<OfflineResponse | undefined> {
  const json: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
  if (path.endsWith("/chat/completions")) return chatCompletion(chatSchema.parse(json));
  if (path.endsWith("/responses")) return response(responsesSchema.parse(json));
  if (path.endsWith("/embeddings")) return whole(offlineEmbeddings(json));
  return undefined;
}

async function chatCompletion(asked: z.output<typeof chatSchema>): Promise<OfflineResponse> {
  const { messages, tools, response_format: format } = asked;
  const names = new Map<string, string>();
  for (const message of messages) for (const [id, name] of callsOf(message)) names.set(id, name);
  const answer = await offlineAnswer({
    messages: messages.map((message) => {
      const role = roleOf(message.role);
      const name = message.name ?? names.get(message.tool_call_id ?? "") ?? "tool";
      return { role, text: textOf(message.content), ...(role === "tool" ? { name } : {}) };
    }),
    tools: (tools ?? []).map((tool) => ({ name: tool.function.name, schema: tool.function.parameters ?? {} })),
    schema: format?.json_schema?.schema,
  });
  const { call } = answer;
  const calls =
    call === null
      ? []
      : [{ index: 0, id: call.id, type: "function", function: { name: call.name, arguments: call.args } }];
  const finish = call === null ? "stop" : "tool_calls";
  const head = { id: `chatcmpl-offline-${messages.length}`, created: 0, model: "offline/demo" };
  if (asked.stream !== true) {
    const message = { role: "assistant", content: call === null ? answer.text : null, tool_calls: calls };
    const choice = { index: 0, finish_reason: finish, message: call === null ? omitCalls(message) : message };
    return whole({ ...head, object: "chat.completion", choices: [choice], usage: chatUsage(answer) });
  }
  const chunk = (delta: object, end: string | null, extra = {}) =>
    event({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: end }], ...extra });
  const pieces =
    call === null
      ? piecesOf(answer.text).map((text) => chunk({ role: "assistant", content: text }, null))
      : [chunk({ role: "assistant", tool_calls: calls }, null)];
  const usage = event({ ...head, object: "chat.completion.chunk", choices: [], usage: chatUsage(answer) });
  return stream([...pieces, chunk({}, finish), usage, "data: [DONE]\n\n"]);
}

async function response(asked: z.output<typeof responsesSchema>): Promise<OfflineResponse> {
  const items = typeof asked.input === "string" ? [{ role: "user", content: asked.input }] : asked.input;
  const names = new Map(items.flatMap((item) => ("call_id" in item ? [[item.call_id, item.name] as const] : [])));
  const messages: OfflineQuestion["messages"][number][] = [];
  if (asked.instructions) messages.push({ role: "system", text: asked.instructions });
  for (const item of items) {
    if ("type" in item && item.type === "function_call_output") {
      messages.push({ role: "tool", text: textOf(item.output), name: names.get(item.call_id) ?? "tool" });
    } else if (item.role !== undefined) messages.push({ role: roleOf(item.role), text: textOf(item.content) });
  }
  const tools = (asked.tools ?? []).flatMap(({ name, parameters }) =>
    name === undefined ? [] : [{ name, schema: parameters ?? {} }],
  );
  const answer = await offlineAnswer({ messages, tools, schema: asked.text?.format?.schema });
  const { call } = answer;
  const output =
    call === null
      ? {
          type: "message",
          id: "msg_offline",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: answer.text, annotations: [] }],
        }
      : { type: "function_call", id: "fc_offline", call_id: call.id, name: call.name, arguments: call.args };
  const done = {
    id: `resp_offline_${messages.length}`,
    object: "response",
    created_at: 0,
    status: "completed",
    model: "offline/demo",
    output: [output],
    parallel_tool_calls: false,
    tool_choice: "auto",
    tools: [],
    usage: responsesUsage(answer),
  };
  if (asked.stream !== true) return whole(done);
  const delta = { type: "response.output_text.delta", item_id: "msg_offline", output_index: 0, content_index: 0 };
  return stream([
    event({ type: "response.created", response: { ...done, status: "in_progress", output: [] } }),
    event({ type: "response.output_item.added", output_index: 0, item: output }),
    ...piecesOf(answer.text).map((text) => event({ ...delta, delta: text })),
    event({ type: "response.output_item.done", output_index: 0, item: output }),
    event({ type: "response.completed", response: done }),
  ]);
}

function omitCalls({ role, content: text }: { role: string; content: string | null }): object {
  return { role, content: text };
}

function* callsOf(message: Record<string, unknown>): Generator<[string, string]> {
  const calls = message["tool_calls"];
  if (!Array.isArray(calls)) return;
  for (const call of calls as { id?: unknown; function?: { name?: unknown } }[]) {
    if (typeof call.id === "string" && typeof call.function?.name === "string") yield [call.id, call.function.name];
  }
}

function roleOf(role: string): "system" | "user" | "assistant" | "tool" {
  if (role === "developer" || role === "system") return "system";
  return role === "assistant" || role === "tool" ? role : "user";
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return value === null || value === undefined ? "" : JSON.stringify(value);
  return (value as { text?: string }[]).map(({ text }) => text ?? "").join("\n");
}

function chatUsage({ inputTokens, outputTokens }: OfflineAnswer): object {
  const total_tokens = inputTokens + outputTokens;
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens };
}

function responsesUsage({ inputTokens, outputTokens }: OfflineAnswer): object {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
}

function piecesOf(text: string): string[] {
  return text.match(/.{1,40}/gsu) ?? [];
}

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
const whole = (data: object): OfflineResponse => ({ type: "application/json", text: JSON.stringify(data) });
const stream = (events: string[]): OfflineResponse => ({ type: "text/event-stream", text: events.join("") });
