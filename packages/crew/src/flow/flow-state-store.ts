import type { Json } from "../run/dump.ts";

/** Where flows keep their states beyond a run: handed in by the host. Both may reject; that fails the run. */
export interface FlowStateStore {
  /** The last state that was saved under this id, by whatever run. */
  load(flowName: string, id: string): Promise<Record<string, Json> | undefined>;
  /** Saving the same state twice must be harmless. */
  save(flowName: string, id: string, state: Readonly<Record<string, Json>>): Promise<void>;
}
