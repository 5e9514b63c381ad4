import type { ApiClient } from "./client.ts";
import { eventually } from "./eventually.ts";
import type { SinkRequest } from "./sink-reply.ts";
import type { WebhookSink } from "./webhook-sink.ts";

type Body = Record<string, unknown>;

/** One decision of a client's user: `true` accepts, a text sends the work back. */
export type Decision = true | string;

/** The final state of a client that lets people review a run. */
export interface Reviewed {
  id: string;
  state: string;
  result: unknown;
  /** The API's responses to its decisions. */
  resumed: { status: number; body: Body }[];
}

export const bodyOf = (request: SinkRequest): Body => JSON.parse(request.rawBody) as Body;

/** What the content team's backend searches for in a task's `expected_output` to know that it waits for a person. */
const waitsForPerson = ["PAUSES FOR HUMAN", "PAUSES FOR FINAL", "HUMAN REVIEW REQUIRED"];

/**
 * The content team's backend: it is notified of steps, tasks and the result by the three legacy webhooks and registers
 * no human webhook. A task webhook whose task says that it pauses for a person puts the task on its page, where the
 * reviewer decides; any other reports a completed task. The decision is sent to `/resume` with ids in camel case, the
 * rest in snake case, the task by its name and the URLs again; then the task is removed from the page until it is
 * reported again.
 */
export async function contentTeam(
  http: ApiClient,
  sink: WebhookSink,
  { topic, decisions }: { topic: string; decisions: readonly Decision[] },
): Promise<Reviewed & { tasks: Body[]; waiting: Body[] }> {
  const urls = {
    taskWebhookUrl: sink.url("/task"),
    stepWebhookUrl: sink.url("/step"),
    crewWebhookUrl: sink.url("/crew"),
  };
  const { body } = await http.get<{ inputs: string[] }>("/inputs");
  const form = { "approved: boolean, feedback: string": "" };
  const inputs = { ...Object.fromEntries(body.inputs.map((name) => [name, topic])), ...form };
  const id = String((await http.post("/kickoff", { inputs, ...urls })).body["kickoff_id"]);

  const resumed: Reviewed["resumed"] = [];
  const told = (): Body[] => sink.requests("/task").map(bodyOf);
  const onPage = (): Body[] =>
    told()
      .filter((task) => waitsForPerson.some((mark) => String(task["expected_output"]).includes(mark)))
      .slice(resumed.length);
  for (const decision of decisions) {
    const task = await eventually(() => {
      const [waiting] = onPage();
      return waiting ?? Promise.reject(new Error(`nothing to decide on after ${JSON.stringify(told())}`));
    });
    const approved = decision === true;
    const answer = await http.post("/resume", {
      executionId: id,
      taskId: task["name"],
      human_feedback: approved ? "Approved and continue" : decision,
      is_approve: approved,
      ...(approved ? {} : { output: task["output"], inputs: { topic } }),
      ...urls,
    });
    if (answer.status > 299) throw new Error(`/resume: ${JSON.stringify(answer.body)}`);
    resumed.push(answer);
  }
  // The crew webhook reports that the run is over.
  const [crew] = await sink.received(1, "/crew");
  const { kickoff_id: over, result } = bodyOf(crew!);
  const { body: last } = await http.get(`/status/${String(over)}`);
  return { id, state: String(last["state"]), result, resumed, tasks: told(), waiting: onPage() };
}

/** A field of a webhook's body, in any casing. */
const anyOf = (body: Body, ...names: string[]): unknown =>
  names.map((name) => body[name]).find((value) => value !== undefined && value !== null);

/**
 * The flow manager: a human webhook with a token; a parser that accepts any casing; every field of the answer in both
 * casings. It follows the `kickoff_id` from the response of `/resume`, and cannot continue without one.
 */
export async function flowManager(
  http: ApiClient,
  sink: WebhookSink,
  { topic, decisions }: { topic: string; decisions: readonly Decision[] },
): Promise<Reviewed> {
  const humanInputWebhook = {
    url: sink.url("/human"),
    authentication: { strategy: "bearer", token: "manager-secret" },
  };
  const kickoff = await http.post("/kickoff", { inputs: { topic }, humanInputWebhook, meta: { flow: "f1" } });
  let id = String(kickoff.body["kickoff_id"]);

  const resumed: Reviewed["resumed"] = [];
  for (const decision of decisions) {
    const request = (await sink.received(resumed.length + 1, "/human")).at(-1)!;
    if (request.headers["authorization"] !== "Bearer manager-secret") throw new Error("a webhook without its token");
    const asked = bodyOf(request);
    const execution = anyOf(asked, "execution_id", "executionId", "kickoff_id", "kickoffId");
    const task = anyOf(asked, "task_id", "taskId");
    const feedback = decision === true ? "Approved" : decision;
    const answer = await http.post("/resume", {
      execution_id: execution,
      executionId: execution,
      task_id: task,
      taskId: task,
      human_feedback: feedback,
      humanFeedback: feedback,
      is_approve: decision === true,
      isApprove: decision === true,
      humanInputWebhook,
    });
    resumed.push(answer);
    if (typeof answer.body["kickoff_id"] !== "string") throw new Error("no kickoff_id to follow");
    id = answer.body["kickoff_id"];
  }
  const last = await http.ended(id);
  return { id, state: String(last["state"]), result: last["result"], resumed };
}
