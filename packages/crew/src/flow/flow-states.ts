import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Run } from "../run/run.ts";
import type { FlowStateStore } from "./flow-state-store.ts";

/** The run's store; throws `configuration` if the host provided none. */
export function flowStates(run: Run, flowName: string): FlowStateStore {
  const { flowStates: store } = run.context;
  if (store !== undefined) return store;
  throw new AppError(`The flow ${flowName} keeps its state, but this run has no store for flow states`, {
    code: ErrorCode.configuration,
  });
}
