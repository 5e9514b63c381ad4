import { AppError, ErrorCode, errorMessage, type PausedOutcome, type RunOutcome } from "@crewstream/contracts";
import { OpenEvents, type RunContext, type RuntimeEvent } from "@crewstream/crew";
import { linesOf } from "../child/lines.ts";
import {
  childMessageSchema,
  protocolVersion,
  type ChildCall,
  type ChildMessage,
  type ChildOutcome,
  type ParentMessage,
} from "../child/messages.ts";
import { originFields, tracebackOrigin, type ProjectView } from "../child/traceback.ts";
import type { PythonChild } from "../child/python-child.ts";
import type { GatewayRun } from "../gateway/gateway-run.ts";
import { AgentSteps } from "./agent-steps.ts";
import { CrewTotals } from "./crew-totals.ts";
import { HumanQuestions } from "./human-questions.ts";
import { UnseenCalls } from "./unseen-calls.ts";

/** A child's messages other than events. */
export type RunLog = (level: "debug" | "warn" | "error", text: string) => void;

export interface RunParts {
  child: PythonChild;
  models: GatewayRun;
  log: RunLog;
  /** How the project's errors are shown. */
  view: ProjectView;
}

/** One run in one child: its events go to the sink, its requests are answered, and its outcome is determined. */
export class PythonRun {
  readonly #context: RunContext;
  readonly #child: PythonChild;
  readonly #log: RunLog;
  readonly #view: ProjectView;
  readonly #steps: AgentSteps;
  readonly #totals = new CrewTotals();
  readonly #open = new OpenEvents();
  readonly #questions: HumanQuestions;
  readonly #unseen: UnseenCalls;
  #outcome: ChildOutcome | undefined;

  constructor(context: RunContext, { child, models, log, view }: RunParts) {
    this.#context = context;
    this.#child = child;
    this.#log = log;
    this.#view = view;
    this.#unseen = new UnseenCalls(context.executionId, models);
    this.#steps = new AgentSteps(context.executionId);
    this.#questions = new HumanQuestions(context, (event) => this.#emit(event));
  }

  /**
   * Follows the child until its pipe ends, and returns the run's outcome.
   * @throws AppError `run_failed` if the child ended without reporting one; errors of the sink or the journal
   */
  async follow(order: Extract<ParentMessage, { t: "run" }>): Promise<RunOutcome | PausedOutcome> {
    this.#child.send(order);
    for await (const lines of linesOf(this.#child.up)) {
      for (const line of lines) this.#receive(parse(line));
      // Nothing more is read while the store is behind: the child's next event waits in its pipe.
      await this.#context.sink.ready();
    }
    const { code, signal } = await this.#child.exited;
    if (this.#outcome !== undefined) return this.#conclude(this.#outcome);
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    throw new AppError(`The run's Python process ${how}.`, { code: ErrorCode.runFailed, retryable: true });
  }

  #receive(message: ChildMessage): void {
    switch (message.t) {
      case "event": {
        const { id, type, timestamp, traceback } = message;
        const data = { ...message.data, ...originFields(traceback ?? "", this.#view) };
        const event = this.#totals.complete({ id, type, timestamp, data });
        for (const each of this.#steps.around(event)) this.#emit(each);
        for (const each of this.#unseen.after(event)) this.#emit(each);
        return;
      }
      case "call":
        void this.#answer(message.id, message.call);
        return;
      case "finished":
        this.#outcome = message.outcome;
        return;
      case "hello":
        if (message.protocol !== protocolVersion) throw unexpected(`protocol ${message.protocol}`);
        return;
      case "log":
        this.#log(message.level === "error" ? "error" : "debug", message.text);
        return;
      case "started":
        this.#log("debug", `loaded in ${message.seconds} s`);
        return;
      case "described":
      case "undescribed":
        throw unexpected(message.t);
      default:
        message satisfies never;
    }
  }

  #emit(event: RuntimeEvent): void {
    this.#open.observe(event);
    const { error } = event.data;
    const shown = typeof error === "string" ? { error: this.#view.removeSecrets(error) } : {};
    this.#context.sink.emit({ ...event, data: { ...event.data, ...shown } });
  }

  async #answer(id: number, call: ChildCall): Promise<void> {
    try {
      this.#child.send({ t: "returned", id, value: await this.#perform(call) });
    } catch (error) {
      this.#child.send({ t: "refused", id, error: errorMessage(error) });
    }
  }

  async #perform(call: ChildCall): Promise<unknown> {
    const { journal } = this.#context;
    switch (call.kind) {
      case "journal_read":
        return journal.read(call.path) ?? null;
      case "journal_write":
        await journal.write(call.path, call.row);
        return true;
      case "human":
        return this.#questions.ask(call);
      default:
        return call satisfies never;
    }
  }

  #conclude(outcome: ChildOutcome): RunOutcome | PausedOutcome {
    const { usage } = this.#totals;
    switch (outcome.state) {
      case "SUCCESS":
        this.#close("It was still open when the run ended.");
        return {
          state: "SUCCESS",
          result: outcome.result,
          resultJson: outcome.result_json ?? null,
          tasks: outcome.tasks.map((task) => ({ ...task, output_json: task.output_json ?? null })),
          usage,
        };
      case "FAILED": {
        const { location, stack } = tracebackOrigin(outcome.traceback, this.#view);
        const error = this.#view.removeSecrets(outcome.error);
        this.#close(error);
        return {
          state: "FAILED",
          error,
          errorType: outcome.type,
          ...(location === undefined ? {} : { errorLocation: location }),
          ...(stack === "" ? {} : { errorStack: stack }),
          usage,
        };
      }
      case "PAUSED": {
        const { pending } = this.#questions;
        if (pending.length === 0) throw unexpected("a pause without a request");
        return { state: "PAUSED", pending, usage };
      }
      case "STOPPED":
        throw this.#context.signal.reason;
      default:
        return outcome satisfies never;
    }
  }

  #close(error: string): void {
    const { sink, executionId } = this.#context;
    for (const event of this.#open.closing(executionId, { error }, this.#context.now())) sink.emit(event);
  }
}

function parse(line: string): ChildMessage {
  try {
    return childMessageSchema.parse(JSON.parse(line));
  } catch (error) {
    throw unexpected(`${line.slice(0, 200)} (${errorMessage(error).slice(0, 300)})`);
  }
}

function unexpected(what: string): AppError {
  return new AppError(`The Python process said something unexpected: ${what}`, { code: ErrorCode.runFailed });
}
