import { loadFlowState, saveFlowState } from "@crewstream/redis";
import { retentionMs } from "@crewstream/service";
import type { CrewContext } from "./run-execution.ts";
import type { RunSteps } from "./run-steps.ts";
import type { ThreadCall } from "./threads/protocol.ts";

/** Does what a run's thread asks for; resolves when it is durable. */
export async function serveCall(context: CrewContext, steps: RunSteps, call: ThreadCall): Promise<string | undefined> {
  const { store, config } = context;
  switch (call.kind) {
    case "append":
      await steps.append(call.step);
      return undefined;
    case "load_state":
      return loadFlowState(store, call.flow, call.id);
    case "save_state":
      await saveFlowState(store, call.flow, call.id, call.state, retentionMs(config));
      return undefined;
    default:
      return call satisfies never;
  }
}
