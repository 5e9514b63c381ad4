import { mkdir } from "node:fs/promises";
import { type PausedOutcome, type RunOutcome } from "@crewstream/contracts";
import type { Automation, FlowStateStore } from "@crewstream/crew";
import { ExecutionWriter } from "./execution-writer.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import { outcomeFields } from "./outcome-fields.ts";
import { ProgressTracker } from "./progress.ts";
import { publicFetch } from "./public-fetch.ts";
import { RunBudget } from "./run-budget.ts";
import type { HostCalls, RunOrder } from "./threads/protocol.ts";
import { hostMemories } from "./host-memories.ts";

/**
 * Runs an order to its end, its pause, or until `controller` aborts it; resolves when everything is written.
 * @throws AppError `limit_exceeded` if the run exceeded a limit; the reason of the controller's abort
 */
export async function runOrder(
  order: RunOrder,
  { automation, calls, controller }: { automation: Automation; calls: HostCalls; controller: AbortController },
): Promise<RunOutcome | PausedOutcome> {
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
  const running = automation.run({
    executionId: order.executionId,
    automation: order.automation,
    root: order.root,
    inputs: order.inputs,
    sink: writer,
    journal: writer,
    signal: controller.signal,
    now: () => new Date(),
    defaultModel: order.defaultModel,
    ...(order.modelOverride === undefined ? {} : { modelOverride: order.modelOverride }),
    env: order.env,
    onDivergence: order.onDivergence,
    directory: order.directory,
    guardedFetch: fetch,
    fetchPublic: publicFetch(fetch),
    flowStates: flowStates(calls),
    memories: hostMemories(calls),
    ...(order.restoreFromStateId === undefined ? {} : { restoreFromStateId: order.restoreFromStateId }),
  });
  // Closing what the run has left open appends after its last event, so no event may still be on its way.
  const outcome = await running.catch(async (error: unknown) => {
    await writer.flush().catch(() => undefined);
    throw error;
  });
  writer.setFields(outcomeFields(outcome, Date.now()));
  await writer.flush();
  return outcome;
}

type FlowState = NonNullable<Awaited<ReturnType<FlowStateStore["load"]>>>;

function flowStates(calls: HostCalls): FlowStateStore {
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
