import { z } from "zod";
import type { Agent } from "../agent/agent.ts";
import { executeAgent } from "../agent/execute-agent.ts";
import type { CrewWide } from "../agent/assignment.ts";
import { resolveModel } from "../llm/resolve-model.ts";
import { mcpTools } from "../mcp/mcp-tools.ts";
import { taskPrompt } from "../prompts/task-prompt.ts";
import { currentScope } from "../run/scope.ts";
import { defineTool, type Tool } from "../tools/tool.ts";

export interface Team {
  coworkers: readonly Agent[];
  toolsOf(coworker: Agent): readonly Tool[];
  sharedBy(coworker: Agent): CrewWide;
}

/**
 * The two tools with which an agent delegates work to its coworkers. Their executions are nested in the tool's events.
 */
export function delegationTools(team: Team): Tool[] {
  const roles = team.coworkers.map((coworker) => coworker.role);
  const coworker = z
    .string()
    .describe(`Whom to hand it to, one of: ${roles.join("; ")}`)
    .meta({ examples: roles });
  const context = z.string().describe("Everything the coworker must know: they see nothing of your conversation");
  return [
    defineTool({
      name: "delegate_work_to_coworker",
      description: `Hands a piece of work to one of these coworkers and gives you their result: ${roles.join("; ")}.`,
      input: z.object({ task: z.string().describe("The work, complete and precise"), context, coworker }),
      run: (args) => delegateTask(team, args.coworker, args.task, args.context),
    }),
    defineTool({
      name: "ask_question_to_coworker",
      description: `Asks one of these coworkers a question and gives you their answer: ${roles.join("; ")}.`,
      input: z.object({ question: z.string().describe("The question"), context, coworker }),
      run: (args) => delegateTask(team, args.coworker, args.question, args.context),
    }),
  ];
}

async function delegateTask(team: Team, name: string, description: string, context: string): Promise<unknown> {
  const agent = team.coworkers.find((each) => plain(each.role) === plain(name) || plain(each.name) === plain(name));
  if (agent === undefined) {
    const roles = team.coworkers.map((each) => each.role).join("; ");
    return `There is no coworker "${name}". Choose one of: ${roles}`;
  }
  const scope = currentScope("delegation");
  const expectedOutput = "Your best complete answer to your coworker, who asked you for it";
  const result = await executeAgent(scope.at(`agent:${agent.name}`), {
    agent,
    model: await resolveModel(scope.run, agent.definition.model),
    prompt: taskPrompt({ description, expectedOutput, context }),
    tools: [...team.toolsOf(agent), ...(await mcpTools(scope.at(`agent:${agent.name}`), agent.definition.mcps))],
    shared: team.sharedBy(agent),
    work: { task: description, expected: expectedOutput },
    task: { id: scope.identity.taskId, name: scope.identity.taskName, description, expected_output: expectedOutput },
  });
  return result.text;
}

/** Models write names with different case, quotes and spaces. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/["'\s]+/g, " ")
    .trim();
}
