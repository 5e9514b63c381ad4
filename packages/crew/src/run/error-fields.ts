import { errorMessage } from "@crewstream/contracts";
import { originOf } from "./error-origin.ts";
import type { Scope } from "./scope.ts";

/** The error fields of failed work's ending: the message without secrets, and where the error came from. */
export function errorFields({ run }: Scope, error: unknown): Record<"error", string> & Record<string, string> {
  const { location, stack } = originOf(error, run.errorView) ?? {};
  return {
    error: run.errorView.removeSecrets(errorMessage(error)),
    ...(location === undefined ? {} : { error_location: location }),
    ...(stack === undefined ? {} : { error_stack: stack }),
  };
}
