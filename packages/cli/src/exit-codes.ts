import { AppError, ErrorCode } from "@crewstream/contracts";

/** Exit codes, for scripts; `crewstream help` lists them. */
export const ExitCode = {
  ok: 0,
  /** Any other error. */
  failed: 1,
  /** The command line or its values are wrong. */
  usage: 2,
  /** The run that was watched or asked for has failed or was cancelled. */
  runFailed: 3,
  notFound: 4,
  /** The API is unreachable or temporarily unavailable: try again. */
  unavailable: 5,
  /** The token is missing, unknown or may not do this. */
  refused: 6,
  /** `exitConfiguration` of the service package, which would cost every command 100 ms to load. */
  configuration: 78,
  /** Ended by a second Ctrl-C. */
  killed: 130,
} as const;

const byError: Partial<Record<ErrorCode, number>> = {
  [ErrorCode.invalidInput]: ExitCode.usage,
  [ErrorCode.unprocessable]: ExitCode.usage,
  [ErrorCode.missingInputs]: ExitCode.usage,
  [ErrorCode.forbiddenAddress]: ExitCode.usage,
  [ErrorCode.payloadTooLarge]: ExitCode.usage,
  [ErrorCode.notFound]: ExitCode.notFound,
  [ErrorCode.executionGone]: ExitCode.notFound,
  [ErrorCode.automationUnavailable]: ExitCode.unavailable,
  [ErrorCode.storeUnavailable]: ExitCode.unavailable,
  [ErrorCode.shutdown]: ExitCode.unavailable,
  [ErrorCode.rateLimited]: ExitCode.unavailable,
  [ErrorCode.unauthorized]: ExitCode.refused,
  [ErrorCode.forbidden]: ExitCode.refused,
  [ErrorCode.runFailed]: ExitCode.runFailed,
  [ErrorCode.cancelled]: ExitCode.runFailed,
  [ErrorCode.configuration]: ExitCode.configuration,
};

/** The exit code for an error that a command threw. */
export function exitCodeOf(error: unknown): number {
  return (AppError.is(error) ? byError[error.code] : undefined) ?? ExitCode.failed;
}

/** The table for the end of `crewstream help`. */
export const exitCodeHelp = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the run failed, 4 not found, 5 API unavailable, 6 token refused,
78 configuration, 130 killed.`;
