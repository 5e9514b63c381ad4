import type { Json } from "../run/dump.ts";

/** Storage for flow states beyond a run, provided by the host. Both methods may reject; that fails the run. */
export interface FlowStateStore {
  /** The last state that any run saved under this id. */
  load(flowName: string, id: string): Promise<Record<string, Json> | undefined>;
  /** Saving the same state twice must be harmless. */
  save(flowName: string, id: string, state: Readonly<Record<string, Json>>): Promise<void>;
}
