import { eventType } from "./event-type.ts";
import { decimal, integer, maybeRecord, maybeText, optionalFlag, text } from "./fields.ts";

const metadata = maybeRecord;
const serverTask = { task_id: text, context_id: text, metadata };
const pushed = { task_id: text, context_id: maybeText, endpoint: maybeText, a2a_agent_name: maybeText, metadata };
const context = { context_id: text, metadata };

const which = { task_id: "remote-task-1", context_id: "ctx_1" };
const idle = { context_id: "ctx_1" };
const callback = { ...which, callback_url: "https://crews.example.com/a2a/push" };

/** Agent-to-agent, seen from the serving side: its tasks and contexts, and the notifications between both sides. */
export const a2aServerEvents = {
  a2a_server_task_started: eventType("A task that a remote agent delegated to us begins.", serverTask, which),
  a2a_server_task_completed: eventType(
    "A task that a remote agent delegated to us has been completed.",
    { ...serverTask, result: text },
    { ...which, result: "# 4.2" },
  ),
  a2a_server_task_canceled: eventType("A task that a remote agent delegated to us was cancelled.", serverTask, which),
  a2a_server_task_failed: eventType(
    "A task that a remote agent delegated to us failed.",
    { ...serverTask, error: text },
    { ...which, error: "The model answered 429 three times" },
  ),
  a2a_push_notification_registered: eventType(
    "A remote agent was given our notification URL.",
    { ...pushed, callback_url: text },
    callback,
  ),
  a2a_push_notification_received: eventType(
    "A remote agent has reported.",
    { ...pushed, state: text },
    { ...which, state: "completed" },
  ),
  a2a_push_notification_sent: eventType(
    "We notified the side that delegated a task to us.",
    {
      task_id: text,
      context_id: maybeText,
      callback_url: text,
      state: text,
      success: optionalFlag,
      error: maybeText,
      metadata,
    },
    { ...callback, state: "completed", success: true, error: null },
  ),
  a2a_push_notification_timeout: eventType(
    "A remote agent did not send a notification in time.",
    { ...pushed, timeout_seconds: decimal },
    { ...which, timeout_seconds: 300 },
  ),
  a2a_context_created: eventType(
    "A context, which groups the tasks of one conversation, was created.",
    { ...context, created_at: decimal.describe("Seconds since 1970.") },
    { ...idle, created_at: 1795442925.1 },
  ),
  a2a_context_idle: eventType(
    "A context has been idle for a while.",
    { ...context, idle_seconds: decimal, task_count: integer },
    { ...idle, idle_seconds: 600, task_count: 2 },
  ),
  a2a_context_expired: eventType(
    "A context has expired.",
    { ...context, created_at: decimal.describe("Seconds since 1970."), age_seconds: decimal, task_count: integer },
    { ...idle, created_at: 1795442925.1, age_seconds: 3600, task_count: 2 },
  ),
  a2a_context_completed: eventType(
    "All tasks of a context have been completed.",
    { ...context, total_tasks: integer, duration_seconds: decimal },
    { ...idle, total_tasks: 2, duration_seconds: 41.5 },
  ),
  a2a_context_pruned: eventType(
    "A context was removed.",
    { ...context, task_count: integer, age_seconds: decimal },
    { ...idle, task_count: 2, age_seconds: 3700 },
  ),
};
