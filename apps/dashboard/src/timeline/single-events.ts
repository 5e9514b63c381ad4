/** Types of events that neither begin nor end a span. Listed here, as the catalogue with its schemas is much larger. */
export const singleEvents: ReadonlySet<string> = new Set(
  (
    "crew_test_result task_evaluation agent_logs_started agent_logs_execution llm_stream_chunk llm_thinking_chunk " +
    "context_window_summarization_started context_window_summarization_completed context_window_summarization_failed " +
    "tool_failure_detected tool_validate_input_error tool_selection_error tool_execution_error flow_created flow_plot " +
    "flow_input_requested flow_input_received human_feedback_requested human_feedback_received plan_step_started " +
    "plan_step_completed step_observation_started step_observation_completed step_observation_failed plan_refinement " +
    "plan_replan_triggered goal_achieved_early mcp_config_fetch_failed skill_discovery_started " +
    "skill_discovery_completed skill_loaded skill_activated skill_load_failed skill_used skill_download_started " +
    "skill_download_completed checkpoint_started checkpoint_completed checkpoint_failed checkpoint_pruned " +
    "checkpoint_fork_started checkpoint_fork_completed checkpoint_restore_started checkpoint_restore_completed " +
    "checkpoint_restore_failed conversation_message_added conversation_turn_started conversation_turn_completed " +
    "conversation_turn_failed conversation_route_selected a2a_message_sent a2a_response_received a2a_polling_started " +
    "a2a_polling_status a2a_streaming_started a2a_streaming_chunk a2a_artifact_received a2a_agent_card_fetched " +
    "a2a_authentication_failed a2a_connection_error a2a_transport_negotiated a2a_content_type_negotiated " +
    "a2a_push_notification_registered a2a_push_notification_received a2a_push_notification_sent " +
    "a2a_push_notification_timeout a2a_context_created a2a_context_idle a2a_context_expired a2a_context_completed " +
    "a2a_context_pruned hook_dispatched cc_env codex_env cursor_env default_env SIGTERM SIGINT SIGHUP SIGTSTP SIGCONT"
  ).split(" "),
);
