import { createHash } from "node:crypto";
import type { JournalKind, JournalRow } from "../journal.ts";
import type { Usage } from "@crewstream/contracts";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { toJson } from "./dump.ts";
import { originOf } from "./error-origin.ts";
import type { Scope } from "./scope.ts";
import { errorType, isRetryable, StepFailure } from "./step-failure.ts";
import { UsageMeter } from "./usage-meter.ts";

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
    return valueOrThrow(outcome);
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
    ...(outcome.ok ? {} : { error: plain(scope, outcome.failure) }),
    ...(inputHash === undefined ? {} : { inputHash }),
  });
  return valueOrThrow(outcome);
}

async function attempt<V>(scope: Scope, spec: StepSpec<V>): Promise<Outcome<V>> {
  try {
    scope.throwIfAborted();
    const value = await spec.perform(scope);
    return { ok: true, value: (value === undefined ? undefined : toJson(value)) as V };
  } catch (error) {
    if (scope.run.passesThrough(error)) throw error;
    const { signal } = scope;
    return { ok: false, failure: failureOf(signal.aborted ? signal.reason : error) };
  }
}

function valueOrThrow<V>(outcome: Outcome<V>): V {
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

/** The unchanged message: what depends on it, such as the next prompt, must be the same on replay. */
function plain({ run }: Scope, failure: StepFailure): NonNullable<JournalRow["error"]> {
  const { message, type, retryable } = failure;
  const origin = originOf(failure, run.errorView);
  return { message, type, retryable, ...(origin === undefined ? {} : { origin }) };
}

function failureOf(error: unknown): StepFailure {
  if (error instanceof StepFailure) return error;
  const failure = { message: errorMessage(error), type: errorType(error), retryable: isRetryable(error) };
  return new StepFailure(failure, error);
}

function diverged(path: string): never {
  throw new AppError(
    `the run cannot be resumed: at ${path} its input differs from that before the interruption. ` +
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
