import { AppError, ErrorCode } from "@crewstream/contracts";
import { RunFiles } from "../files/run-files.ts";
import { customEmitter } from "../run/custom-event.ts";
import type { Scope } from "../run/scope.ts";
import type { ToolContext } from "./tool.ts";

/** What a tool called at `scope.path` can use. */
export function toolContext(scope: Scope): ToolContext {
  const { run } = scope;
  const files = new RunFiles(run.context.directory);
  return {
    signal: scope.signal,
    emit: customEmitter(scope),
    idempotencyKey: run.idOf("idempotency", scope.path),
    executionId: run.context.executionId,
    files,
    pathInRun: (path) => files.resolve(path),
    fetchPublic: run.context.fetchPublic ?? noFetching,
    fetch: run.context.guardedFetch ?? noFetching,
    env: run.context.env,
  };
}

const noFetching = (): Promise<never> =>
  Promise.reject(new AppError("This run may not fetch web pages", { code: ErrorCode.forbidden }));
