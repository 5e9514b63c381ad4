import { errorMessage } from "@crewstream/contracts";
import type { Logger } from "./logger.ts";

/** A continuing failure is logged this often, in milliseconds. */
const repeatEveryMs = 60_000;

/** Maximum number of causes that are tracked separately; further ones share one entry. */
const maxCauses = 500;

export interface Failure {
  level: "warn" | "error";
  /** Fields of this line; `err` is the error, or `reason` the sentence, that says what happened. */
  fields: Record<string, unknown> & { err?: unknown; reason?: string };
  /** Identifies the cause of the failure; by default its text without ids and numbers. */
  cause?: string;
  /** For a state rather than an event: returns its current description while it lasts, undefined when it is over. */
  ongoing?: () => string | undefined;
}

interface Cause {
  failure: Failure;
  message: string;
  /** Counts since the last line, by message. */
  repeated: Map<string, number>;
}

type Explain = (error: unknown) => string | undefined;

const causesOf = Symbol("causes of failures");

/** A logger's causes, which its child loggers share. */
interface WithCauses {
  [causesOf]?: Causes;
}

class Causes {
  readonly #log: Logger;
  readonly #known = new Map<string, Cause>();
  explain: Explain = () => undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  report(given: Failure, message: string): boolean {
    const failure = this.#explained(given);
    const wanted = failure.cause ?? withoutDetails(failure.fields.reason ?? errorMessage(failure.fields.err));
    const key = this.#known.has(wanted) || this.#known.size < maxCauses ? wanted : "other";
    const known = this.#known.get(key);
    if (known === undefined || (failure.ongoing !== undefined && known.failure.ongoing === undefined)) {
      this.#log[failure.level](failure.fields, message);
      this.#known.set(key, { failure, message, repeated: known?.repeated ?? new Map<string, number>() });
      if (known === undefined) setTimeout(() => this.#say(key), repeatEveryMs).unref();
      return true;
    }
    known.repeated.set(message, (known.repeated.get(message) ?? 0) + 1);
    return false;
  }

  #explained(failure: Failure): Failure {
    const { err, ...facts } = failure.fields;
    const reason = err === undefined ? undefined : this.explain(err);
    return reason === undefined ? failure : { ...failure, fields: { ...facts, reason } };
  }

  /** Reviews a cause after a minute: it is removed if it is over. */
  #say(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    const { failure, message, repeated } = known;
    const count = [...repeated.values()].reduce((sum, each) => sum + each, 0);
    const ongoing = failure.ongoing?.();
    if (count === 0 && ongoing === undefined) {
      this.#known.delete(key);
      return;
    }
    const reason = ongoing ?? failure.fields.reason ?? errorMessage(failure.fields.err);
    const each = repeated.size > 1 ? { each: Object.fromEntries(repeated) } : {};
    const [[only] = [message]] = repeated;
    this.#log[failure.level]({ reason, repeated: count, ...each }, ongoing === undefined ? only : message);
    repeated.clear();
    setTimeout(() => this.#say(key), repeatEveryMs).unref();
  }
}

/**
 * Logs a failure that may repeat, one line per cause. The first is logged in full; further ones with the same
 * cause, under any message, are counted, and logged once a minute with the count. For something that happens
 * once per unit of work, such as a failed run, use the logger itself.
 * @returns whether it was logged rather than only counted
 */
export function logFailure(log: Logger, message: string, failure: Failure): boolean {
  const holder = log as Logger & WithCauses;
  return (holder[causesOf] ??= new Causes(log)).report(failure, message);
}

/** Logs errors that `explain` recognises with its sentence instead of their message and stack. */
export function explainFailures(log: Logger, explain: Explain): void {
  const holder = log as Logger & WithCauses;
  (holder[causesOf] ??= new Causes(log)).explain = explain;
}

/** Failures that differ only in ids, numbers, and their start time have the same cause. */
function withoutDetails(text: string): string {
  return text.replace(/ \([^()]*since \d+ \w+\).*/, "").replace(/[\da-f]{8}-[\da-f-]{27}|\d+/gi, "#");
}
