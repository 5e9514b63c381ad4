/**
 * What went wrong, as a closed list: callers switch over it, the API maps it to a status, the queue to a retry.
 * Add a code here before throwing it anywhere.
 */
export const ErrorCode = {
  invalidInput: "invalid_input",
  missingInputs: "missing_inputs",
  unauthorized: "unauthorized",
  forbidden: "forbidden",
  notFound: "not_found",
  methodNotAllowed: "method_not_allowed",
  conflict: "conflict",
  alreadyAnswered: "already_answered",
  unprocessable: "unprocessable",
  payloadTooLarge: "payload_too_large",
  rateLimited: "rate_limited",
  automationUnavailable: "automation_unavailable",
  storeUnavailable: "store_unavailable",
  leaseLost: "lease_lost",
  executionGone: "execution_gone",
  staleWrite: "stale_write",
  configuration: "configuration",
  forbiddenAddress: "forbidden_address",
  cancelled: "cancelled",
  shutdown: "shutdown",
  modelFailed: "model_failed",
  toolFailed: "tool_failed",
  runFailed: "run_failed",
  limitExceeded: "limit_exceeded",
  internal: "internal",
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

export interface AppErrorOptions {
  code: ErrorCode;
  /** Whether the same call may succeed later without a change: decides between retrying and giving up. */
  retryable?: boolean;
  /** Facts for the caller, safe to display: never a secret, never a stack. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** An error with a code, which knows whether retrying can help. `message` is written for the person who reads it. */
export class AppError extends Error {
  override readonly name: string = "AppError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Record<string, unknown> | undefined;

  constructor(message: string, options: AppErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.details = options.details;
  }

  static is(error: unknown, code?: ErrorCode): error is AppError {
    return error instanceof AppError && (code === undefined || error.code === code);
  }
}

/** The text of anything thrown, for logs and event data: `ValueError: no such city` becomes `no such city`. */
export function errorMessage(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  return typeof error === "string" ? error : asJson(error);
}

/** The value as JSON; undefined if it has none: for undefined, a function, or a circular structure. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
