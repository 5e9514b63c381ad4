import { runtimes, type Runtime } from "../automation.ts";
import type { EventTypeName } from "./catalogue.ts";

/**
 * Types that CrewAI 1.15.30 declares and that nothing here emits: its library has no code that does, or only in an A2A
 * server, or on signals, which end a child process without any event.
 */
const emittedNowhere = [
  "tool_execution_error",
  "a2a_parallel_delegation_started",
  "a2a_parallel_delegation_completed",
  "a2a_server_task_started",
  "a2a_server_task_completed",
  "a2a_server_task_canceled",
  "a2a_server_task_failed",
  "a2a_push_notification_received",
  "a2a_push_notification_sent",
  "a2a_context_created",
  "a2a_context_idle",
  "a2a_context_expired",
  "a2a_context_completed",
  "a2a_context_pruned",
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGTSTP",
  "SIGCONT",
] as const satisfies readonly EventTypeName[];

/** Types that TypeScript automations cannot produce, and a Python project's own CrewAI can. */
const emittedByPythonOnly = [
  "crew_train_started",
  "crew_train_completed",
  "crew_train_failed",
  "crew_test_started",
  "crew_test_completed",
  "crew_test_failed",
  "crew_test_result",
  "task_evaluation",
  "agent_evaluation_started",
  "agent_evaluation_completed",
  "agent_evaluation_failed",
  "skill_load_failed",
  "skill_download_started",
  "skill_download_completed",
  "checkpoint_started",
  "checkpoint_completed",
  "checkpoint_failed",
  "checkpoint_pruned",
  "checkpoint_fork_started",
  "checkpoint_fork_completed",
  "checkpoint_restore_started",
  "checkpoint_restore_completed",
  "checkpoint_restore_failed",
  "conversation_message_added",
  "conversation_turn_started",
  "conversation_turn_completed",
  "conversation_turn_failed",
  "conversation_route_selected",
  "a2a_delegation_started",
  "a2a_delegation_completed",
  "a2a_conversation_started",
  "a2a_message_sent",
  "a2a_response_received",
  "a2a_conversation_completed",
  "a2a_polling_started",
  "a2a_polling_status",
  "a2a_streaming_started",
  "a2a_streaming_chunk",
  "a2a_artifact_received",
  "a2a_agent_card_fetched",
  "a2a_authentication_failed",
  "a2a_connection_error",
  "a2a_transport_negotiated",
  "a2a_content_type_negotiated",
  "a2a_push_notification_registered",
  "a2a_push_notification_timeout",
  "hook_dispatched",
  "cc_env",
  "codex_env",
  "cursor_env",
  "default_env",
] as const satisfies readonly EventTypeName[];

const runtimesByType: ReadonlyMap<string, readonly Runtime[]> = new Map<string, readonly Runtime[]>([
  ...emittedNowhere.map((type) => [type, []] as const),
  ...emittedByPythonOnly.map((type) => [type, ["python"]] as const),
]);

/**
 * The runtimes that can emit events of this type; none for a type that is in the catalogue only because CrewAI has it.
 */
export function runtimesEmitting(type: EventTypeName): readonly Runtime[] {
  return runtimesByType.get(type) ?? runtimes;
}
