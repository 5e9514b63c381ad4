import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { z } from "zod";
import type { Connection } from "./connection.ts";

const problemSchema = z.object({
  message: z.string(),
  details: z
    .looseObject({ code: z.enum(ErrorCode).optional(), missing_inputs: z.array(z.string()).optional() })
    .optional(),
});

/** Calls the API; a refused request throws the server's error, with its own message. */
export class ApiClient {
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** @param path from the root, e.g. `/status/ID` */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.#parse(await this.open("GET", path), schema);
  }

  async post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema): Promise<z.output<Schema>> {
    return this.#parse(await this.open("POST", path, { body }), schema);
  }

  async delete<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.#parse(await this.open("DELETE", path), schema);
  }

  /** The open response, for a stream. */
  async open(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const { url, token } = this.connection;
    const hasBody = options.body !== undefined;
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(hasBody ? { "content-type": "application/json" } : {}),
        ...options.headers,
      },
      ...(hasBody ? { body: JSON.stringify(options.body) } : {}),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      redirect: "error",
    }).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw unreachable(url, error);
    });
    if (!response.ok) throw await refusal(response);
    return response;
  }

  async #parse<Schema extends z.ZodType>(response: Response, schema: Schema): Promise<z.output<Schema>> {
    const parsed = schema.safeParse(await response.json().catch(() => undefined));
    if (parsed.success) return parsed.data;
    throw new AppError(`${this.connection.url} responds, but not like crewstream. Is it the right address?`, {
      code: ErrorCode.internal,
      cause: parsed.error,
    });
  }
}

function unreachable(url: string, error: unknown): AppError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return new AppError(
    `No API at ${url} (${errorMessage(cause)}). Start one with npm start, or set --url or CREWSTREAM_URL.`,
    { code: ErrorCode.storeUnavailable, retryable: true, cause: error },
  );
}

async function refusal(response: Response): Promise<AppError> {
  const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
  const code = problem.data?.details?.code ?? codeOf(response.status);
  const message = problem.data?.message ?? `The API answered ${response.status} ${response.statusText}.`;
  const missing = problem.data?.details?.missing_inputs;
  return new AppError(missing === undefined ? message : `${message}: ${missing.join(", ")}`, {
    code,
    retryable: response.status >= 500,
  });
}

/** For responses without an error code, such as a proxy's. */
function codeOf(status: number): ErrorCode {
  if (status === 401) return ErrorCode.unauthorized;
  if (status === 403) return ErrorCode.forbidden;
  if (status === 404) return ErrorCode.notFound;
  if (status === 429) return ErrorCode.rateLimited;
  return status >= 500 ? ErrorCode.storeUnavailable : ErrorCode.invalidInput;
}
