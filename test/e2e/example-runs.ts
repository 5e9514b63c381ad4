/** Inputs with which both examples take the path whose events are listed here. */
export const exampleInputs = {
  release_notes: {
    version: "1.4.0",
    git_log: ["a1b2c3d feat: stream every event of a run", "d4e5f6a feat!: drop Node 18"].join("\n"),
  },
  research_crew: { topic: "durable webhooks" },
} as const;

/** The types that a run of each publishes, in order; consecutive streamed chunks count as one. */
export const exampleOutlines = {
  // With a breaking change: three methods, one of them a router, and a custom event of the flow.
  release_notes: [
    "flow_created",
    "flow_started",
    "method_execution_started",
    "method_execution_finished",
    "method_execution_started",
    "method_execution_finished",
    "method_execution_started",
    "breaking_changes_found",
    "method_execution_finished",
    "flow_finished",
  ],
  // With the offline model: a task with a tool, and a task without.
  research_crew: [
    "crew_kickoff_started",
    "task_started",
    "agent_execution_started",
    "agent_logs_started",
    "crew_step_started",
    "llm_call_started",
    "llm_stream_chunk",
    "llm_call_completed",
    "tool_usage_started",
    "facts_found",
    "tool_usage_finished",
    "crew_step_completed",
    "crew_step_started",
    "llm_call_started",
    "llm_stream_chunk",
    "llm_call_completed",
    "crew_step_completed",
    "agent_logs_execution",
    "agent_execution_completed",
    "task_completed",
    "task_started",
    "agent_execution_started",
    "agent_logs_started",
    "crew_step_started",
    "llm_call_started",
    "llm_stream_chunk",
    "llm_call_completed",
    "crew_step_completed",
    "agent_logs_execution",
    "agent_execution_completed",
    "task_completed",
    "crew_kickoff_completed",
  ],
};
