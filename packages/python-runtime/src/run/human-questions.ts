import {
  AppError,
  ErrorCode,
  eventId,
  humanAnswerSchema,
  isApproval,
  readOutcome,
  type ExecutionId,
  type HumanAnswer,
  type PendingInput,
} from "@crewstream/contracts";
import type { RuntimeEvent, RunContext } from "@crewstream/crew";
import type { HumanCall } from "../child/messages.ts";

/**
 * A run's human-input requests. If the journal has no answer the child unwinds, and the run pauses with its request;
 * once there is an answer the run is resumed and makes the same request at the same path.
 */
export class HumanQuestions {
  readonly #context: RunContext;
  readonly #emit: (event: RuntimeEvent) => void;
  readonly #pending = new Map<string, PendingInput>();

  constructor(context: RunContext, emit: (event: RuntimeEvent) => void) {
    this.#context = context;
    this.#emit = emit;
  }

  /** Requests without an answer. */
  get pending(): PendingInput[] {
    return [...this.#pending.values()];
  }

  /** The answer in Python's form, with the outcome that is certain; or null while there is none. */
  ask(call: HumanCall): { feedback: string; outcome: string | null } | null {
    const request = this.#request(call);
    if (!call.emits) this.#emit(this.#requested(call, request));
    const row = this.#context.journal.read(call.path);
    if (row === undefined) {
      this.#pending.set(call.path, request);
      return null;
    }
    const answer = humanAnswerSchema.safeParse(row.value);
    if (!answer.success) {
      const problem = `The answer to "${call.message}" is not a valid answer: ${answer.error.message}`;
      throw new AppError(problem, { code: ErrorCode.runFailed });
    }
    const { feedback, outcome } = saidTo(call, answer.data);
    if (!call.emits) this.#emit(this.#received(call, request, feedback));
    return { feedback, outcome };
  }

  #request(call: HumanCall): PendingInput {
    const { automation, executionId } = this.#context;
    return {
      id: requestId(executionId, call.path),
      path: call.path,
      kind: call.ask,
      message: call.message,
      output: call.output ?? null,
      emit: call.emit,
      defaultOutcome: call.default,
      timeoutSeconds: null,
      automation: call.flow ?? automation,
      step: call.step,
      taskId: call.task_id,
      agent: call.agent,
      metadata: call.metadata ?? {},
    };
  }

  #requested(call: HumanCall, request: PendingInput): RuntimeEvent {
    if (call.ask === "input") return this.#event(call, "flow_input_requested", { metadata: call.metadata });
    const { output, emit } = request;
    const task = call.task === null ? {} : { task: call.task };
    return this.#event(call, "human_feedback_requested", { output, emit, ...task, request_id: request.id });
  }

  #received(call: HumanCall, request: PendingInput, feedback: string): RuntimeEvent {
    if (call.ask === "input") {
      const fields = { response: feedback, metadata: call.metadata, response_metadata: null };
      return this.#event(call, "flow_input_received", fields);
    }
    return this.#event(call, "human_feedback_received", { feedback, outcome: null, request_id: request.id });
  }

  #event(call: HumanCall, type: string, fields: Record<string, unknown>): RuntimeEvent {
    const { executionId, automation } = this.#context;
    const id = eventId(executionId, call.path, type, 0);
    const links = { parent_event_id: call.parent, previous_event_id: null, triggered_by_event_id: null };
    const about = { flow_name: call.flow ?? automation, method_name: call.step, message: call.message };
    const who = { task_id: call.task_id, agent_role: call.agent };
    return {
      id,
      type,
      timestamp: this.#context.now().toISOString(),
      data: { ...about, ...fields, ...who, event_id: id, ...links, started_event_id: null },
    };
  }
}

function requestId(executionId: ExecutionId, path: string): string {
  return eventId(executionId, path, "id:request", 0);
}

/**
 * A person's answer in words that CrewAI understands: an empty text accepts a task's result and selects a default, an
 * outcome that is chosen without a text is named, anything else is what they wrote.
 */
function saidTo(call: HumanCall, answer: HumanAnswer): { feedback: string; outcome: string | null } {
  const { feedback, timedOut } = answer;
  const isEmpty = feedback.trim() === "";
  if (call.emit !== null && !timedOut) {
    const reading = readOutcome({ emit: call.emit, defaultOutcome: call.default }, answer);
    if (reading.kind === "outcome") {
      const { outcome } = reading;
      return { feedback: isEmpty && outcome !== call.default ? outcome : feedback, outcome };
    }
    // An empty answer that the API would not have accepted, and free text, are interpreted by the library.
    const isRefused = reading.kind === "refused" && (answer.approved !== null || answer.outcome !== undefined);
    if (isRefused) throw new AppError(reading.reason, { code: ErrorCode.runFailed });
  }
  const isTask = call.ask === "review" && call.emit === null && call.task !== null;
  if (!isTask) return { feedback: timedOut ? (call.default ?? feedback) : feedback, outcome: null };
  if (isApproval(answer)) return { feedback: "", outcome: null };
  return { feedback: isEmpty ? "This is not accepted. Please do it again, better." : feedback, outcome: null };
}
