import type { Usage } from "@crewstream/contracts";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { z } from "zod";
import { applyGuardrail } from "../guardrail/apply-guardrail.ts";
import { toEventMessages } from "../llm/messages.ts";
import { resolveModel } from "../llm/resolve-model.ts";
import { RateLimiter } from "../llm/rate-limiter.ts";
import { loneMemory } from "../memory/crew-memory.ts";
import { mcpTools } from "../mcp/mcp-tools.ts";
import { retryContext } from "../prompts/retry-prompt.ts";
import type { Json } from "../run/dump.ts";
import { currentScope, type Scope } from "../run/scope.ts";
import { isRetryable } from "../run/step-failure.ts";
import { UsageMeter } from "../run/usage-meter.ts";
import { emitFoundSkills, withSkillLoader } from "../skills/agent-skills.ts";
import { answerSchema, readJson, type AnswerSchema } from "../task/structured.ts";
import { summaryOf } from "../task/task-output.ts";
import type { JsonSchema } from "../tools/tool.ts";
import type { AgentDefinition } from "./agent.ts";
import { agentFrom } from "./agent-from.ts";
import { informed, learnFrom } from "./execute-agent.ts";
import { fitAnswer, retryLimitOf, type FittedAnswer } from "./fit-answer.ts";
import { runLiteAgent } from "./lite-agent.ts";
import type { LoopResult } from "./conversation.ts";
import type { Assignment } from "./assignment.ts";

/** Number of memories an agent gets outside a crew, as in CrewAI. */
const memoriesOfKickoff = 20;

/** The output of an agent outside a crew, in CrewAI's shape (LiteAgentOutput). */
export interface AgentOutput {
  raw: string;
  pydantic: Json;
  json_dict: Json;
  agent_role: string;
  usage_metrics: Usage;
  messages: Json[];
}

export interface AgentKickoffOptions {
  /** The answer must be JSON that fits this schema; it is in the output's `json_dict`. */
  outputSchema?: z.ZodType | JsonSchema;
  /** Values for the placeholders of its texts. */
  inputs?: Record<string, unknown>;
}

/** An agent that can be part of a crew, or be called from a flow method or tool. */
export interface StandaloneAgent extends AgentDefinition {
  /** Runs the agent as part of the current run: its events, journal and usage belong to that run. */
  kickoff(prompt: string, options?: AgentKickoffOptions): Promise<AgentOutput>;
}

/** Defines an agent outside a crew; see {@link StandaloneAgent}. */
export function defineAgent(definition: AgentDefinition): StandaloneAgent {
  return { ...definition, kickoff: (prompt, options = {}) => kickoffAgent(definition, prompt, options) };
}

async function kickoffAgent(
  definition: AgentDefinition,
  prompt: string,
  options: AgentKickoffOptions,
): Promise<AgentOutput> {
  const outer = currentScope("agent.kickoff()");
  const name = definition.role.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  const ordinal = outer.run.nextOrdinal(outer.path, `agent:${name}`);
  const meter = new UsageMeter(outer.usage);
  const strand = outer.at(ordinal === 0 ? `agent:${name}` : `agent:${name}#${ordinal}`).fork();
  const scope = strand.derive({ usage: meter });
  const schema = options.outputSchema === undefined ? undefined : answerSchema(options.outputSchema);
  const asked =
    schema === undefined
      ? prompt
      : `${prompt}\n\nAnswer with JSON only, that fits this JSON Schema:\n${JSON.stringify(schema.json)}`;
  const agent = agentFrom(scope, name, definition, options.inputs);
  const limiter = definition.maxRpm === undefined ? undefined : new RateLimiter(definition.maxRpm);
  const knowing = scope.derive({
    identity: { ...scope.identity, sourceType: "agent_kickoff", agentId: agent.id, agentRole: agent.role },
  });
  emitFoundSkills(scope, agent);
  const memory = loneMemory(scope, name, definition);
  const shared = { ...(limiter === undefined ? {} : { limiter }), ...(memory === undefined ? {} : { memory }) };
  const given: Assignment = {
    agent,
    model: await resolveModel(scope.run, definition.model),
    prompt: asked,
    tools: withSkillLoader(agent, [...(definition.tools ?? []), ...(await mcpTools(scope, definition.mcps))]),
    work: { task: prompt, expected: undefined },
    shared,
    ...(schema === undefined ? {} : { responseSchema: { name: "answer", schema: schema.json } }),
  };
  const assignment = await informed(knowing, given, memoriesOfKickoff);
  const { result, json } = await guardedWork(scope, assignment, schema);
  await learnFrom(scope.at("learnt"), given, result.text);
  await memory?.saves.drain();
  outer.join(strand);
  return {
    raw: result.text,
    pydantic: null,
    json_dict: json,
    agent_role: agent.role,
    usage_metrics: meter.total(),
    messages: toEventMessages(result.messages),
  };
}

/** The agent's work, repeated with the guardrail's feedback as often as allowed. */
async function guardedWork(
  scope: Scope,
  assignment: Assignment,
  schema: AnswerSchema | undefined,
): Promise<FittedAnswer> {
  const { guardrail, guardrailMaxRetries = 3 } = assignment.agent.definition;
  let { prompt } = assignment;
  for (let round = 0; ; round += 1) {
    const fitted = await fittedWork(scope.at(`round:${round}`), { ...assignment, prompt }, schema);
    if (guardrail === undefined) return fitted;
    const { result } = fitted;
    const { model, agent } = assignment;
    const output = outputOf(assignment, fitted, agent.role);
    const verdict = await applyGuardrail(scope.at(`guardrail/try:${round}`), {
      guardrail,
      output,
      retryCount: round,
      model,
    });
    if (verdict.valid) return verdict.result === undefined ? fitted : replaced(fitted, verdict.result, schema);
    if (round >= guardrailMaxRetries) {
      throw new AppError(
        `Agent's guardrail failed validation after ${guardrailMaxRetries} retries. Last error: ${verdict.feedback}`,
        { code: ErrorCode.runFailed },
      );
    }
    prompt = `${assignment.prompt}\n\n${retryContext(verdict.feedback, result.text)}`;
  }
}

/** The answer with the text that a guardrail gave in its place. */
function replaced({ result }: FittedAnswer, text: string, schema: AnswerSchema | undefined): FittedAnswer {
  const changed = { ...result, text };
  if (schema === undefined) return { result: changed, json: null };
  const read = readJson(text, schema);
  if (read.ok) return { result: changed, json: read.value };
  throw new AppError(`A guardrail's result does not fit the agent's output schema: ${read.error}`, {
    code: ErrorCode.runFailed,
  });
}

/** One round, until its answer fits the schema. */
async function fittedWork(
  scope: Scope,
  assignment: Assignment,
  schema: AnswerSchema | undefined,
): Promise<FittedAnswer> {
  const first = await tried(scope, assignment);
  if (schema === undefined) return { result: first, json: null };
  return fitAnswer(assignment.agent, schema, first, (attempt, history) =>
    tried(scope.at(`fit:${attempt}`), { ...assignment, history }),
  );
}

/** One round, retried as a whole after an error, as in a crew's task. */
async function tried(scope: Scope, assignment: Assignment): Promise<LoopResult> {
  const tries = 1 + retryLimitOf(assignment.agent);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await runLiteAgent(scope.at(`try:${attempt}`), assignment);
    } catch (error) {
      if (scope.run.passesThrough(error) || scope.signal.aborted) throw error;
      if (!isRetryable(error) || attempt + 1 >= tries) throw error;
    }
  }
}

function outputOf({ prompt }: Assignment, { result, json }: FittedAnswer, agent: string) {
  return {
    name: "kickoff",
    description: prompt,
    expected_output: "",
    summary: summaryOf(prompt),
    raw: result.text,
    pydantic: null,
    json_dict: json,
    agent,
    output_format: json === null ? ("raw" as const) : ("json" as const),
    messages: toEventMessages(result.messages),
    tool_failures: result.failures,
  };
}
