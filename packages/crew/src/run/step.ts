import { createHash } from "node:crypto";
import type { JournalKind, JournalRow } from "../journal.ts";
import type { Usage } from "@crewstream/contracts";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { toJson } from "./dump.ts";
import { errorOrigin, type ErrorOrigin } from "./error-origin.ts";
import type { Scope } from "./scope.ts";
import { UsageMeter } from "./usage-meter.ts";

/**
 * A failure that is part of the run: thrown identically in the original run and on replay. `type` is the class of the
 * root cause.
 */
export class StepFailure extends Error {
  override readonly name: string = "StepFailure";
  readonly type: string;
  readonly retryable: boolean;
  /** Where it was thrown in the automation's code, if it was. */
  readonly origin: ErrorOrigin | undefined;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.message, cause === undefined ? undefined : { cause });
    this.type = failure.type;
    this.retryable = failure.retryable;
    this.origin = failure.origin;
  }

  /**
   * Converts anything thrown into a failure. Only an AppError can say that it must not be retried.
   * @param root the automation's folder; see {@link errorOrigin}
   */
  static of(error: unknown, root: string | undefined): StepFailure {
    if (error instanceof StepFailure) return error;
    const retryable = error instanceof AppError ? error.retryable : true;
    const origin = originOf(error, root);
    const failure = { message: errorMessage(error), type: errorType(error), retryable };
    return new StepFailure(origin === undefined ? failure : { ...failure, origin }, error);
  }
}

type Failure = NonNullable<JournalRow["error"]>;

/** Where anything thrown came from: a failure knows it, also on replay; else its stack tells. */
export function originOf(error: unknown, root: string | undefined): ErrorOrigin | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof StepFailure && cause.origin !== undefined) return cause.origin;
    if (cause.cause === cause) break;
  }
  return errorOrigin(error, root);
}

/** What the ending of failed work tells of where the error came from; nothing where it is not the automation's. */
export function originFields(error: unknown, root: string | undefined): Record<string, string> {
  const origin = originOf(error, root);
  return origin === undefined ? {} : { error_location: origin.location, error_stack: origin.stack };
}

export type Outcome<V> = { ok: true; value: V } | { ok: false; failure: StepFailure };

export interface StepSpec<V> {
  kind: JournalKind;
  /** The input, for {@link JournalRow.inputHash}. */
  input?: unknown;
  /** Stored in the row whatever the outcome: the step's position among others. */
  order?: number;
  /** Does the work. It gets a scope whose usage is counted for the row. Its value must be JSON. */
  perform(scope: Scope): Promise<V>;
  /** Emits the closing events, synchronously: they are stored with the row in one write. */
  close?(outcome: Outcome<V>): void;
}

/**
 * The scope for a step with this input: the given one, unless the journal holds the result of another input there. Then
 * the run has diverged (its code changed, or it depends on time or chance), and depending on the context it fails, or
 * executes everything from here on again, under new paths. Call it before the step's started event.
 */
export function stepScope(scope: Scope, input: unknown): Scope {
  const { context } = scope.run;
  const inputHash = hashOf(input);
  for (let at = scope; ; at = scope.nextGeneration()) {
    const row = context.journal.read(at.path);
    if (row?.inputHash === undefined || row.inputHash === inputHash) return at;
    if (context.onDivergence !== "rerun") diverged(at.path);
  }
}

/**
 * Executes a unit of work once in the life of an execution: its value or failure is journaled at `scope.path` together
 * with its closing events, and a replay takes it from there.
 */
export async function step<V>(scope: Scope, spec: StepSpec<V>): Promise<V> {
  const { run, path } = scope;
  const row = run.context.journal.read(path);
  const inputHash = spec.input === undefined ? undefined : hashOf(spec.input);
  if (row !== undefined) {
    const { outcome, usage } = fromRow<V>(row);
    if (usage !== undefined) scope.usage.add(usage);
    spec.close?.(outcome);
    return settle(outcome);
  }
  const meter = new UsageMeter(scope.usage);
  const outcome = await attempt(scope.derive({ usage: meter }), spec);
  spec.close?.(outcome);
  const usage = meter.total();
  const stored: StoredValue<V> = {
    ...(outcome.ok ? { value: outcome.value } : {}),
    ...(usage.successful_requests > 0 ? { usage } : {}),
    ...(spec.order === undefined ? {} : { order: spec.order }),
  };
  await run.record(path, {
    kind: spec.kind,
    value: stored,
    ...(outcome.ok ? {} : { error: plain(outcome.failure) }),
    ...(inputHash === undefined ? {} : { inputHash }),
  });
  return settle(outcome);
}

async function attempt<V>(scope: Scope, spec: StepSpec<V>): Promise<Outcome<V>> {
  try {
    scope.throwIfAborted();
    const value = await spec.perform(scope);
    return { ok: true, value: (value === undefined ? undefined : toJson(value)) as V };
  } catch (error) {
    if (scope.run.passesThrough(error)) throw error;
    const { signal } = scope;
    return { ok: false, failure: StepFailure.of(signal.aborted ? signal.reason : error, scope.run.context.root) };
  }
}

function settle<V>(outcome: Outcome<V>): V {
  if (outcome.ok) return outcome.value;
  throw outcome.failure;
}

interface StoredValue<V> {
  value?: V;
  usage?: Usage;
  order?: number;
}

/** The `order` a step was journaled with. */
export function orderOf(row: JournalRow): number | undefined {
  return (row.value as StoredValue<unknown> | undefined)?.order;
}

function fromRow<V>(row: JournalRow): { outcome: Outcome<V>; usage: Usage | undefined } {
  const stored = row.value as StoredValue<V> | undefined;
  const outcome: Outcome<V> =
    row.error === undefined
      ? { ok: true, value: stored?.value as V }
      : { ok: false, failure: new StepFailure(row.error) };
  return { outcome, usage: stored?.usage };
}

function plain(failure: StepFailure): Failure {
  const { message, type, retryable, origin } = failure;
  return { message, type, retryable, ...(origin === undefined ? {} : { origin }) };
}

function diverged(path: string): never {
  throw new AppError(
    `the run cannot be resumed: at ${path} it asks something else than before it was interrupted. ` +
      "The automation's code or inputs changed, or it depends on time or chance; start a new run",
    { code: ErrorCode.runFailed, details: { path } },
  );
}

function hashOf(input: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(toJson(input)))
    .digest("base64url")
    .slice(0, 22);
}

/** The class name of anything thrown, for `errorType`. */
export function errorType(error: unknown): string {
  if (error instanceof StepFailure) return error.type;
  return error instanceof Error ? error.name : "Error";
}
