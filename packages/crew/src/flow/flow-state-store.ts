import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Run } from "../run/run.ts";
import type { Json } from "../run/dump.ts";

/** Where flows keep their states beyond a run: handed in by the host. Both may reject; that fails the run. */
export interface FlowStateStore {
  /** The last state that was saved under this id, by whatever run. */
  load(flowName: string, id: string): Promise<Record<string, Json> | undefined>;
  /** Saving the same state twice must be harmless. */
  save(flowName: string, id: string, state: Readonly<Record<string, Json>>): Promise<void>;
}

/** The run's store; throws `configuration` where the host gave none. */
export function flowStates(run: Run, flowName: string): FlowStateStore {
  const { flowStates: store } = run.context;
  if (store !== undefined) return store;
  throw new AppError(`The flow ${flowName} keeps its state, but this run was given no store for flow states`, {
    code: ErrorCode.configuration,
  });
}
