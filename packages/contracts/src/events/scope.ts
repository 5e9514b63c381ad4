/**
 * Which event closes the scope that another opened, ending → starting: CrewAI's table, which also has
 * `llm_guardrail_failed` though no event of that name is ever emitted, and the pair of a step.
 */
export const pairs = {
  flow_finished: "flow_started",
  flow_failed: "flow_started",
  flow_paused: "flow_started",
  method_execution_finished: "method_execution_started",
  method_execution_failed: "method_execution_started",
  method_execution_paused: "method_execution_started",
  crew_kickoff_completed: "crew_kickoff_started",
  crew_kickoff_failed: "crew_kickoff_started",
  crew_train_completed: "crew_train_started",
  crew_train_failed: "crew_train_started",
  crew_test_completed: "crew_test_started",
  crew_test_failed: "crew_test_started",
  crew_step_completed: "crew_step_started",
  agent_execution_completed: "agent_execution_started",
  agent_execution_error: "agent_execution_started",
  agent_evaluation_completed: "agent_evaluation_started",
  agent_evaluation_failed: "agent_evaluation_started",
  lite_agent_execution_completed: "lite_agent_execution_started",
  lite_agent_execution_error: "lite_agent_execution_started",
  task_completed: "task_started",
  task_failed: "task_started",
  llm_call_completed: "llm_call_started",
  llm_call_failed: "llm_call_started",
  llm_guardrail_completed: "llm_guardrail_started",
  llm_guardrail_failed: "llm_guardrail_started",
  tool_usage_finished: "tool_usage_started",
  tool_usage_error: "tool_usage_started",
  mcp_connection_completed: "mcp_connection_started",
  mcp_connection_failed: "mcp_connection_started",
  mcp_tool_execution_completed: "mcp_tool_execution_started",
  mcp_tool_execution_failed: "mcp_tool_execution_started",
  memory_retrieval_completed: "memory_retrieval_started",
  memory_retrieval_failed: "memory_retrieval_started",
  memory_save_completed: "memory_save_started",
  memory_save_failed: "memory_save_started",
  memory_query_completed: "memory_query_started",
  memory_query_failed: "memory_query_started",
  knowledge_query_completed: "knowledge_query_started",
  knowledge_query_failed: "knowledge_query_started",
  knowledge_search_query_completed: "knowledge_search_query_started",
  knowledge_search_query_failed: "knowledge_search_query_started",
  a2a_delegation_completed: "a2a_delegation_started",
  a2a_conversation_completed: "a2a_conversation_started",
  a2a_server_task_completed: "a2a_server_task_started",
  a2a_server_task_canceled: "a2a_server_task_started",
  a2a_server_task_failed: "a2a_server_task_started",
  a2a_parallel_delegation_completed: "a2a_parallel_delegation_started",
  agent_reasoning_completed: "agent_reasoning_started",
  agent_reasoning_failed: "agent_reasoning_started",
} as const;

const startingTypeByEnding: ReadonlyMap<string, string> = new Map(Object.entries(pairs));
const startingTypes: ReadonlySet<string> = new Set(Object.values(pairs));

/** What an event does to the stack of open scopes; `closes` is the starting type that an ending one matches. */
export type EventScope = { scope: "start" | "none"; closes: null } | { scope: "end"; closes: string };

/** The scope rule of a type; a type that is not in the table opens and closes nothing. */
export function scopeOf(type: string): EventScope {
  const closes = startingTypeByEnding.get(type);
  if (closes !== undefined) return { scope: "end", closes };
  return { scope: startingTypes.has(type) ? "start" : "none", closes: null };
}
