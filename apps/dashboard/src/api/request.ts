import { parseJson, problemSchema } from "@crewstream/contracts";
import type { z } from "zod";

/** The API's base: the page is `…/dashboard/`, and the API is next to it, whatever prefix a proxy adds. */
export const apiBase = new URL("../", window.location.href.replace(/[?#].*$/, ""));

/** A response that is not a success; `message` says what to do. `status` is 0 if there was no response at all. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly title: string;
  readonly details: Record<string, unknown>;

  constructor(status: number, title: string, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.title = title;
    this.details = details;
  }
}

/** Whether a response says that something does not exist (any more): what was read of it before is no longer valid. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Longer than a long poll takes (20 s); a server that is silent for longer is considered down. */
const answerWithinMs = 30_000;

let onSignedOut = (): void => undefined;

/** Calls `listener` when the API no longer accepts our session. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

export interface RequestOptions {
  method?: "GET" | "POST";
  body?: unknown;
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
}

/**
 * Calls the API with the session's cookie and parses the response.
 * @param path relative to the API's base, such as `api/v1/stats`
 * @throws ApiError for a missing response, a problem, or a response of an unknown shape
 */
export async function request<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  options: RequestOptions = {},
): Promise<z.output<Schema>> {
  const { status, body } = await send(path, options);
  if (status === 401) onSignedOut();
  if (status >= 400) throw toApiError(status, body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? "" : ` (${issue.path.join(".")}: ${issue.message})`;
  throw new ApiError(
    status,
    "Unexpected answer",
    `The server's answer is not what this page expects${where}. Reload the page: the server may have been updated.`,
  );
}

async function send(path: string, options: RequestOptions): Promise<{ status: number; body: unknown }> {
  const { method = "GET", body, signal } = options;
  const hasBody = body !== undefined;
  const timeout = AbortSignal.timeout(answerWithinMs);
  try {
    const response = await fetch(new URL(path, apiBase), {
      method,
      headers: {
        accept: "application/json",
        ...(hasBody ? { "content-type": "application/json" } : {}),
        ...options.headers,
      },
      ...(hasBody ? { body: JSON.stringify(body) } : {}),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, "No answer", "The server does not answer. It is tried again; check that it runs.");
  }
}

function toApiError(status: number, body: unknown): ApiError {
  const problem = problemSchema.safeParse(body);
  if (problem.success) {
    return new ApiError(status, problem.data.error, problem.data.message, problem.data.details);
  }
  return new ApiError(status, `HTTP ${status}`, `The server answered ${status} without saying why.`);
}

/** `?a=1&b=2` from the given values; undefined and empty ones are omitted. */
export function queryText(values: Record<string, string | number | undefined>): string {
  const used = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  if (used.length === 0) return "";
  return `?${new URLSearchParams(used.map(([name, value]) => [name, String(value)])).toString()}`;
}
