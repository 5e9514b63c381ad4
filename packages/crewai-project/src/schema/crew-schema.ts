import { z } from "zod";
import { agentSchema } from "./agent-schema.ts";
import { embedder } from "./embedder-schema.ts";
import { ignored, key, refused, warned } from "./keys.ts";
import { knowledgeSource } from "./knowledge-schema.ts";
import { memory } from "./memory-schema.ts";
import { callable, pythonReference } from "./references.ts";
import { taskSchema } from "./task-schema.ts";
import { llm, positive, record, text, toolFailurePolicy } from "./values.ts";

const later = "not run by this version";
const anything = z.unknown();

/** Keys of a crew except its agents. */
const crewShape = {
  name: key(text, "Its name in events; it is served under it where it is a plain word"),
  tasks: z.array(taskSchema).min(1).describe("Its tasks, in order"),
  process: key(z.enum(["sequential", "hierarchical"]), "One task after another, or led by a manager"),
  inputs: key(record, "Inputs that a kickoff need not bring"),
  manager_llm: key(llm, "Model of the built-in manager", { instead: "value" }),
  manager_agent: key(z.union([text, pythonReference]), "Agent that leads; not one of `agents`", { instead: "value" }),
  verbose: key(
    z.union([z.boolean(), z.int()], { error: "must be true or false" }),
    "Console output of CrewAI; here every event is published anyway",
    ignored,
  ),
  stream: key(z.boolean(), "CrewAI's streaming result; here events stream anyway", ignored),
  tracing: key(z.boolean(), "CrewAI's hosted traces", ignored),
  memory: key(memory, "What its agents learn is kept between runs and told to them when it fits", { instead: "value" }),
  embedder: key(embedder, "Finds documents and memories by meaning; default: by words", { instead: "value" }),
  cache: key(z.boolean(), "Keep results of tools for the run"),
  tool_failure_policy: key(toolFailurePolicy, "What a failed tool means for agents that do not say it"),
  max_rpm: key(positive, "Model calls a minute of agents without a limit of their own"),
  planning: key(z.boolean(), "Plan all tasks first, in one model call"),
  planning_llm: key(llm, "Model for the plan; default: MODEL", { instead: "value" }),
  function_calling_llm: key(
    llm,
    "Model for tool calls; deprecated by CrewAI",
    warned("not used: an agent's own model calls its tools"),
  ),
  chat_llm: key(llm, "Model for CrewAI's chat; here it says what is worth remembering", { instead: "value" }),
  knowledge_sources: key(z.array(knowledgeSource), "Documents its agents look things up in", {
    instead: "value",
  }),
  knowledge: key(anything, "Documents as an object", refused(later)),
  skills: key(z.array(text), "Folders of skills (FOLDER/NAME/SKILL.md, agentskills.io), or the text of a SKILL.md"),
  before_kickoff_callbacks: key(z.array(callable), "May change the inputs", { instead: "function" }),
  after_kickoff_callbacks: key(z.array(callable), "May change the output", { instead: "function" }),
  step_callback: key(callable, "Called after each step of an agent", { instead: "function" }),
  task_callback: key(callable, "Called after each task", { instead: "function" }),
  checkpoint: key(anything, "Checkpoints; here every step of every run is journaled", ignored),
  output_log_file: key(z.union([z.boolean(), text]), "A log file; here the events are the log", ignored),
  prompt_file: key(text, "A JSON file whose hierarchical_manager_agent is the manager that the crew does not name"),
  trained_agents_file: key(text, "Python's pickle of a training", warned("Python's own format and not used")),
  security_config: key(record, "Fingerprints", ignored),
  share_crew: key(z.boolean(), "Telemetry of CrewAI; nothing is sent from here", ignored),
  config: key(record, "CrewAI's legacy inline form", refused("CrewAI's legacy form", "write its keys next to it")),
} as const;

/** crew.jsonc: agents are files. */
export const crewFileSchema = z
  .strictObject({
    $schema: key(text, "For editors: where this schema is", ignored),
    agents: z.array(text.min(1)).min(1).describe("Names of files in agents/"),
    ...crewShape,
  })
  .describe("A crew: crew.jsonc");

const listedAgent = z.union([agentSchema.extend({ name: text.min(1) }), z.record(z.string(), agentSchema)], {
  error: "must be an agent with a name, or an object with the name as its one key",
});

/** A crew defined inside a flow: agents by name, or a list. */
export const inlineCrewSchema = z
  .strictObject({
    agents: z.union([z.array(listedAgent).min(1), z.record(z.string(), agentSchema)], {
      error: "must be agents by name, or a list of them",
    }),
    ...crewShape,
  })
  .describe("A crew written into a flow.");

/** The keys of both: the part that the builder reads. */
export type CrewKeys = Omit<z.infer<typeof crewFileSchema>, "agents" | "$schema">;

/** Keys of CrewAI's objects that belong to a run and not to its description. */
export const runtimeKeys: ReadonlySet<string> = new Set(
  `id crew cache_handler tools_handler tools_results knowledge_storage adapted_agent agent_knowledge_context
  crew_knowledge_context knowledge_search_query execution_context checkpoint_kickoff_event_id used_tools tools_errors
  delegations output processed_by_agents retry_count start_time end_time checkpoint_original_description usage_metrics
  checkpoint_original_expected_output task_execution_output_json_files execution_logs token_usage checkpoint_inputs
  checkpoint_train`.split(/\s+/),
);
