import { z } from "zod";
import { embedder } from "./embedder-schema.ts";
import { ignored, key, refused, warned } from "./keys.ts";
import { knowledgeConfig, knowledgeSource } from "./knowledge-schema.ts";
import { memory } from "./memory-schema.ts";
import { planningConfig } from "./planning-schema.ts";
import { callable, pythonReference, tsReference } from "./references.ts";
import { answerForm, guardrail, llm, mcp, positive, record, text, toolFailurePolicy, tools, whole } from "./values.ts";

const later = "not run by this version";
const anything = z.unknown();

/** Keys of `agents/<name>.jsonc` and of inline agents (crew-level defaults apply if a key is absent). */
export const agentShape = {
  role: key(text, "Who the agent is; `{placeholder}` is replaced by an input"),
  goal: key(text, "Its goal"),
  backstory: key(text, "Its background and way of working"),
  type: key(z.union([text, pythonReference]), "Class of the agent; only the plain one exists here"),
  llm: key(llm, "Its model; default: MODEL", { instead: "value" }),
  function_calling_llm: key(
    llm,
    "Model for tool calls; deprecated by CrewAI",
    warned("not used: the agent's own model calls its tools"),
  ),
  tools: key(tools, "Its tools by name", { instead: "tool" }),
  mcps: key(z.array(mcp), "MCP servers whose tools it gets", { instead: "value" }),
  apps: key(
    z.array(text),
    "Integrations hosted by CrewAI",
    refused("hosted by CrewAI and cannot be reached from here", "use an MCP server in mcps"),
  ),
  allow_delegation: key(z.boolean(), "Gives it tools to delegate work and ask questions"),
  max_iter: key(positive, "Model responses before a final answer is forced (25)"),
  max_rpm: key(positive, "Model calls per minute; further ones wait. Takes precedence over the crew's limit"),
  max_execution_time: key(positive, "Seconds for one execution; no retry after that"),
  max_retry_limit: key(whole, "Retries after an error, or an answer that does not fit its schema (2)"),
  max_tokens: key(positive, "Maximum length of the response in tokens"),
  verbose: key(
    z.union([z.boolean(), z.int()], { error: "must be true or false" }),
    "Console output of CrewAI; here every event is published anyway",
    ignored,
  ),
  cache: key(z.boolean(), "Whether it uses the crew's tool cache"),
  tool_failure_policy: key(toolFailurePolicy, "What a failed tool means: ignore, warn or raise"),
  respect_context_window: key(z.boolean(), "Summarise what does not fit the model"),
  use_system_prompt: key(z.boolean(), "Whether role and goal go into a system message"),
  system_template: key(text, "With prompt_template: template for its role, which replaces {{ .System }}"),
  prompt_template: key(text, "With system_template: template for the task, which replaces {{ .Prompt }}"),
  response_template: key(text, "With both: the start of the answer before {{ .Response }}, its end after it"),
  inject_date: key(z.boolean(), "Adds the date to the agent's prompt"),
  date_format: key(text, "Format of that date (strftime), in UTC"),
  planning: key(z.boolean(), "Plan once before acting, and execute the plan step by step"),
  planning_config: key(planningConfig, "How to plan; its presence turns planning on"),
  reasoning: key(z.boolean(), "The same as an empty planning_config, deprecated by CrewAI"),
  max_reasoning_attempts: key(positive, "The planning's max_attempts if reasoning turns planning on"),
  guardrail: key(guardrail, "Check of its final answer if it runs standalone in a flow", { instead: "check" }),
  guardrail_max_retries: key(whole, "Further answers after a failed check (3)"),
  memory: key(memory, "A memory of its own between runs; false or absent: the crew's, if it has one", {
    instead: "value",
  }),
  knowledge_sources: key(z.array(knowledgeSource), "Documents that it searches", { instead: "value" }),
  knowledge_config: key(knowledgeConfig, "How it searches them"),
  knowledge: key(anything, "Documents as an object", refused(later)),
  embedder: key(embedder, "Finds documents and memories by meaning; default: the crew's, else by words", {
    instead: "value",
  }),
  skills: key(z.array(text), "Folders of skills (FOLDER/NAME/SKILL.md, agentskills.io), or the text of a SKILL.md"),
  checkpoint: key(anything, "Checkpoints; here every step of every run is journaled", ignored),
  security_config: key(record, "Fingerprints", ignored),
  step_callback: key(callable, "Called after each step", { instead: "function" }),
  callbacks: key(z.array(callable), "Called on its events", {
    instead: "function",
    ...refused(later, "subscribe to the events"),
  }),
  a2a: key(anything, "Remote agents", refused(later)),
  from_repository: key(
    text,
    "An agent stored by CrewAI",
    refused("stored by CrewAI and cannot be reached from here", "write its role, goal and backstory here"),
  ),
  multimodal: key(z.boolean(), "Deprecated by CrewAI", warned("deprecated and not used")),
  allow_code_execution: key(z.boolean(), "Deprecated by CrewAI", warned("deprecated and not used")),
  code_execution_mode: key(text, "Deprecated by CrewAI", ignored),
  i18n: key(anything, "Internal to CrewAI", warned("internal to CrewAI and not used")),
  executor_class: key(anything, "Internal to CrewAI", warned("internal to CrewAI and not used")),
  agent_executor: key(anything, "Internal to CrewAI", warned("internal to CrewAI and not used")),
} as const;

const editor = { $schema: key(text, "For editors: where this schema is", ignored) };

/** The same keys inside `settings`, which takes precedence over those next to it. */
export const agentSettingsSchema = z.strictObject(agentShape);
export const agentSchema = z
  .strictObject({
    ...editor,
    ...agentShape,
    settings: key(agentSettingsSchema, "Any of these keys again; what stands here wins"),
  })
  .describe("An agent: agents/<name>.jsonc");
export type AgentKeys = z.infer<typeof agentSettingsSchema>;

/** An agent of a flow's `call: agent`, with its prompt. */
export const flowAgentSchema = z.strictObject({
  ...agentShape,
  settings: key(agentSettingsSchema, "Any of these keys again; what stands here wins"),
  input: text.describe("What it is asked; `${…}` is CEL"),
  response_format: key(z.union([answerForm, tsReference]), "Form of its answer", { instead: "schema" }),
});
