import { z } from "zod";
import { eventType } from "./event-type.ts";
import {
  decimal,
  integer,
  maybeDecimal,
  maybeInteger,
  maybeRecord,
  maybeText,
  maybeTexts,
  optionalFlag,
  optionalInteger,
  text,
  texts,
} from "./fields.ts";

const context_id = maybeText;
const metadata = maybeRecord;
const extensions = maybeTexts;
const a2a_agent_name = maybeText.describe("The remote agent's name.");
const remote = { endpoint: text, a2a_agent_name };
const maybeRemote = { endpoint: maybeText, a2a_agent_name };
const card = { agent_card: maybeRecord, provider: maybeRecord };
const turn = { turn_number: optionalInteger, is_multiturn: optionalFlag };

const which = { endpoint: "https://agents.example.com/a2a", a2a_agent_name: "Translator", context_id: "ctx_1" };
const { context_id: _context, ...agent } = which;
const task = { task_id: "remote-task-1" };

/** Agent-to-agent, seen from the delegating side: conversations, updates, artifacts and failures. */
export const a2aClientEvents = {
  a2a_delegation_started: eventType(
    "A task is delegated to a remote agent.",
    {
      ...remote,
      agent_id: text,
      task_description: text,
      context_id,
      ...turn,
      ...card,
      protocol_version: maybeText,
      skill_id: maybeText,
      metadata,
      extensions,
    },
    { ...which, agent_id: "5f0c1f6e-0a52-4d0b-8f5e-6b7d3c1a9e24", task_description: "Translate the notes to German" },
  ),
  a2a_delegation_completed: eventType(
    "A remote agent has completed a task, or has failed.",
    {
      ...maybeRemote,
      status: text,
      result: maybeText,
      error: maybeText,
      context_id,
      is_multiturn: optionalFlag,
      ...card,
      metadata,
      extensions,
    },
    { ...which, status: "completed", result: "# 4.2\n- Schnellerer Kaltstart", error: null },
  ),
  a2a_conversation_started: eventType(
    "A conversation of several turns with a remote agent begins.",
    {
      ...remote,
      agent_id: text,
      context_id,
      ...card,
      protocol_version: maybeText,
      skill_id: maybeText,
      reference_task_ids: maybeTexts,
      metadata,
      extensions,
    },
    { ...which, agent_id: "5f0c1f6e-0a52-4d0b-8f5e-6b7d3c1a9e24" },
  ),
  a2a_message_sent: eventType(
    "A message was sent to a remote agent.",
    {
      ...maybeRemote,
      message: text,
      turn_number: integer,
      context_id,
      message_id: maybeText,
      is_multiturn: optionalFlag,
      skill_id: maybeText,
      metadata,
      extensions,
    },
    { ...which, message: "Translate the notes to German", turn_number: 1 },
  ),
  a2a_response_received: eventType(
    "A remote agent has answered.",
    {
      ...maybeRemote,
      response: text,
      turn_number: integer,
      context_id,
      message_id: maybeText,
      is_multiturn: optionalFlag,
      status: text,
      final: optionalFlag,
      metadata,
      extensions,
    },
    { ...which, response: "Formal or informal?", turn_number: 1, status: "input_required", final: false },
  ),
  a2a_conversation_completed: eventType(
    "A conversation with a remote agent has ended.",
    {
      ...maybeRemote,
      status: z.enum(["completed", "failed"]),
      final_result: maybeText,
      error: maybeText,
      context_id,
      total_turns: integer,
      agent_card: maybeRecord,
      reference_task_ids: maybeTexts,
      metadata,
      extensions,
    },
    { ...which, status: "completed", final_result: "# 4.2\n- Schnellerer Kaltstart", total_turns: 2 },
  ),
  a2a_polling_started: eventType(
    "Polling of a remote task's state begins.",
    { ...remote, task_id: text, context_id, polling_interval: decimal.describe("Seconds."), metadata },
    { ...which, ...task, polling_interval: 2 },
  ),
  a2a_polling_status: eventType(
    "A remote task's state was polled.",
    { ...maybeRemote, task_id: text, context_id, state: text, elapsed_seconds: decimal, poll_count: integer, metadata },
    { ...which, ...task, state: "working", elapsed_seconds: 4.1, poll_count: 2 },
  ),
  a2a_streaming_started: eventType(
    "A remote agent's response will be streamed.",
    { ...remote, context_id, ...turn, metadata, extensions },
    { ...which, turn_number: 1, is_multiturn: false },
  ),
  a2a_streaming_chunk: eventType(
    "A chunk of a remote agent's response.",
    {
      ...maybeRemote,
      context_id,
      chunk: text,
      chunk_index: integer,
      final: optionalFlag,
      ...turn,
      metadata,
      extensions,
    },
    { ...which, chunk: "Schnellerer ", chunk_index: 0, final: false },
  ),
  a2a_artifact_received: eventType(
    "A remote agent delivered a file or a part of one.",
    {
      ...maybeRemote,
      task_id: text,
      artifact_id: text,
      artifact_name: maybeText,
      artifact_description: maybeText,
      mime_type: maybeText,
      size_bytes: maybeInteger,
      append: optionalFlag,
      last_chunk: optionalFlag,
      context_id,
      ...turn,
      metadata,
      extensions,
    },
    {
      ...which,
      ...task,
      artifact_id: "art_1",
      artifact_name: "notes.de.md",
      mime_type: "text/markdown",
      size_bytes: 812,
    },
  ),
  a2a_agent_card_fetched: eventType(
    "A remote agent's card was read.",
    {
      ...remote,
      ...card,
      protocol_version: maybeText,
      cached: optionalFlag,
      fetch_time_ms: maybeDecimal,
      metadata,
    },
    { ...agent, cached: false, fetch_time_ms: 87.5 },
  ),
  a2a_authentication_failed: eventType(
    "A remote agent rejected our credentials.",
    {
      ...remote,
      auth_type: maybeText,
      error: text,
      status_code: maybeInteger,
      protocol_version: maybeText,
      metadata,
    },
    { ...agent, auth_type: "bearer", error: "Unauthorized", status_code: 401 },
  ),
  a2a_connection_error: eventType(
    "A remote agent could not be reached.",
    {
      ...remote,
      error: text,
      error_type: maybeText,
      status_code: maybeInteger,
      operation: maybeText,
      context_id,
      metadata,
    },
    { ...which, error: "Connection refused", error_type: "connection_error", operation: "send_message" },
  ),
  a2a_parallel_delegation_started: eventType(
    "A task is delegated to several remote agents at once.",
    { endpoints: texts, task_description: text },
    { endpoints: [which.endpoint], task_description: "Translate the notes" },
  ),
  a2a_parallel_delegation_completed: eventType(
    "Several remote agents have completed a task.",
    { endpoints: texts, success_count: integer, failure_count: integer, results: z.record(text, text).nullish() },
    { endpoints: [which.endpoint], success_count: 1, failure_count: 0, results: { [which.endpoint]: "done" } },
  ),
  a2a_transport_negotiated: eventType(
    "Both sides agreed on a transport.",
    {
      ...remote,
      negotiated_transport: text,
      negotiated_url: text,
      source: text,
      client_supported_transports: texts,
      server_supported_transports: texts,
      server_preferred_transport: text,
      client_preferred_transport: maybeText,
      metadata,
    },
    {
      ...agent,
      negotiated_transport: "JSONRPC",
      negotiated_url: which.endpoint,
      source: "server_preferred",
      client_supported_transports: ["JSONRPC", "HTTP+JSON"],
      server_supported_transports: ["JSONRPC"],
      server_preferred_transport: "JSONRPC",
      client_preferred_transport: null,
    },
  ),
  a2a_content_type_negotiated: eventType(
    "Both sides agreed on content types.",
    {
      ...remote,
      skill_name: maybeText,
      client_input_modes: texts,
      client_output_modes: texts,
      server_input_modes: texts,
      server_output_modes: texts,
      negotiated_input_modes: texts,
      negotiated_output_modes: texts,
      negotiation_success: optionalFlag,
      metadata,
    },
    {
      ...agent,
      client_input_modes: ["text/plain"],
      client_output_modes: ["text/plain"],
      server_input_modes: ["text/plain"],
      server_output_modes: ["text/plain", "text/markdown"],
      negotiated_input_modes: ["text/plain"],
      negotiated_output_modes: ["text/plain"],
      negotiation_success: true,
    },
  ),
};
