import { mkdir } from "node:fs/promises";
import { AppError, ErrorCode, type PausedOutcome, type RunOutcome } from "@crewstream/contracts";
import type { FlowStateStore } from "@crewstream/crew";
import { ExecutionWriter } from "../execution-writer.ts";
import { guardedFetch } from "../guarded-fetch.ts";
import { outcomeFields } from "../outcome-fields.ts";
import { ProgressTracker } from "../progress.ts";
import { publicFetch } from "../public-fetch.ts";
import { loadEntry } from "../registry.ts";
import { RunBudget } from "../run-budget.ts";
import type { RunOrder } from "./protocol.ts";
import { threadMemories } from "./thread-memories.ts";
import type { ThreadCalls } from "./thread-calls.ts";

/**
 * Runs an order to its end, its pause, or to where `controller` aborts it; resolves when everything is written.
 * @throws AppError `limit_exceeded` when the run used more than it may; what the controller was aborted with
 */
export async function runOrder(
  order: RunOrder,
  calls: ThreadCalls,
  controller: AbortController,
): Promise<RunOutcome | PausedOutcome> {
  const loaded = await loadEntry(order.path);
  if (loaded === undefined) {
    throw new AppError(`${order.path} holds no automation any more.`, { code: ErrorCode.runFailed, retryable: true });
  }
  await mkdir(order.directory, { recursive: true });
  using budget = new RunBudget(order.limits, (reason) => controller.abort(reason));
  const progress = new ProgressTracker(order.kind);
  const writer = new ExecutionWriter({
    executionId: order.executionId,
    seq: order.seq,
    knownIds: order.knownIds,
    journal: order.journal,
    maxEventBytes: order.maxEventBytes,
    append: async (step) => {
      await calls.make({ kind: "append", step });
    },
    observe: (event) => {
      budget.spend(event);
      return progress.observe(event, Date.now());
    },
  });
  const fetch = guardedFetch(order.allowNetworks);
  const outcome = await loaded.automation.run({
    executionId: order.executionId,
    automation: order.automation,
    inputs: order.inputs,
    sink: writer,
    journal: writer,
    signal: controller.signal,
    now: () => new Date(),
    defaultModel: order.defaultModel,
    env: order.env,
    onDivergence: order.onDivergence,
    directory: order.directory,
    guardedFetch: fetch,
    fetchPublic: publicFetch(fetch),
    flowStates: flowStates(calls),
    memories: threadMemories(calls),
    ...(order.restoreFromStateId === undefined ? {} : { restoreFromStateId: order.restoreFromStateId }),
  });
  writer.setFields(outcomeFields(outcome, Date.now()));
  await writer.flush();
  return outcome;
}

type FlowState = NonNullable<Awaited<ReturnType<FlowStateStore["load"]>>>;

function flowStates(calls: ThreadCalls): FlowStateStore {
  return {
    load: async (flow, id) => {
      const state = await calls.make({ kind: "load_state", flow, id });
      return state === undefined ? undefined : (JSON.parse(state) as FlowState);
    },
    save: async (flow, id, state) => {
      await calls.make({ kind: "save_state", flow, id, state: JSON.stringify(state) });
    },
  };
}
