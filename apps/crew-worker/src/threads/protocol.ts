import {
  AppError,
  type ErrorCode,
  errorMessage,
  type ExecutionId,
  type PausedOutcome,
  type RunOutcome,
} from "@crewstream/contracts";
import type { AppendStep, MemoriesChange } from "@crewstream/redis";
import type { FindOptions, Registry } from "../registry.ts";

/** What a thread needs to run or resume an execution. */
export interface RunOrder {
  executionId: ExecutionId;
  automation: string;
  kind: "crew" | "flow";
  /** File or folder of the automation, as the registry found it. */
  path: string;
  inputs: Record<string, unknown>;
  /** Folder of the automation's code. */
  root: string;
  defaultModel: string;
  modelOverride?: string;
  env: Record<string, string>;
  maxEventBytes: number;
  limits: RunLimits;
  onDivergence: "fail" | "rerun";
  /** The run's own folder for files. */
  directory: string;
  /** CIDRs of private networks that its tools may reach. */
  allowNetworks: string[];
  restoreFromStateId?: string;
  /** Sequence of the stream's last event, the ids of all of them, and the journal: the work of earlier workers. */
  seq: number;
  knownIds: Map<string, number>;
  journal: Map<string, string>;
}

/** The run's limits; 0 means no limit. */
export interface RunLimits {
  seconds: number;
  events: number;
  tokens: number;
}

/** A write as requested by the thread: without the lease's epoch and the feeds it concerns. */
export type ThreadStep = Pick<AppendStep, "events" | "rows" | "fields">;

/** An error passed between threads, where classes are lost. */
export interface WireError {
  message: string;
  name: string;
  code?: ErrorCode;
  retryable?: boolean;
}

/** Requests of the thread to the main thread, which has the connection and the lease. */
export type ThreadCall =
  | { kind: "append"; step: ThreadStep }
  | { kind: "load_state"; flow: string; id: string }
  | { kind: "save_state"; flow: string; id: string; state: string }
  | { kind: "read_memories" }
  | { kind: "change_memories"; change: MemoriesChange }
  | { kind: "read_vectors"; keys: readonly string[] }
  | { kind: "keep_vectors"; vectors: Readonly<Record<string, string>> };

/** A run's interface to its worker's `RunHost`: from a thread by messages, in the main thread directly. */
export interface HostCalls {
  make(call: ThreadCall): Promise<string | undefined>;
}

export type ToThread =
  | { type: "find"; options: FindOptions }
  | { type: "run"; order: RunOrder }
  | { type: "abort"; reason: WireError }
  | { type: "returned"; call: number; value?: string }
  | { type: "refused"; call: number; error: WireError };

export type FromThread =
  | { type: "found"; registry: Registry }
  | { type: "call"; id: number; call: ThreadCall }
  /** Everything is written, including the fields of the outcome. */
  | { type: "finished"; outcome: RunOutcome | PausedOutcome }
  /** What was requested could not be done here. */
  | { type: "interrupted"; error: WireError };

export function toWire(error: unknown): WireError {
  const base = { message: errorMessage(error), name: error instanceof Error ? error.name : "Error" };
  return AppError.is(error) ? { ...base, code: error.code, retryable: error.retryable } : base;
}

export function fromWire({ message, name, code, retryable }: WireError): Error {
  if (code !== undefined) return new AppError(message, { code, retryable: retryable ?? false });
  return Object.assign(new Error(message), { name });
}
