import {
  changeMemories,
  keepVectors,
  loadFlowState,
  readMemories,
  readVectors,
  saveFlowState,
} from "@crewstream/redis";
import { retentionMs } from "@crewstream/service";
import type { CrewContext } from "./run-execution.ts";
import type { RunSteps } from "./run-steps.ts";
import type { ThreadCall } from "./threads/protocol.ts";

/** Does what the thread asks for that runs an execution of `automation`; resolves when it is durable. */
export async function serveCall(
  context: CrewContext,
  { steps, automation }: { steps: RunSteps; automation: string },
  call: ThreadCall,
): Promise<string | undefined> {
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
    case "read_memories":
      return JSON.stringify(await readMemories(store, automation));
    case "change_memories":
      await changeMemories(store, automation, call.change);
      return undefined;
    case "read_vectors":
      return JSON.stringify((await readVectors(store, automation, call.keys)).map((vector) => vector ?? null));
    case "keep_vectors":
      await keepVectors(store, automation, call.vectors);
      return undefined;
    default:
      return call satisfies never;
  }
}
