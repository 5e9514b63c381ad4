import { eventually } from "./eventually.ts";
import type { SinkEvent } from "./sink-reply.ts";

/** A response of the API as a test sees it. */
export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface CallOptions {
  /** Replaces the client's token; `null` sends none. */
  token?: string | null;
  headers?: Record<string, string>;
}

/** A small client of the API for tests: no retries, no checks, JSON in and out. */
export class ApiClient {
  readonly baseUrl: string;
  readonly token: string;

  constructor(baseUrl: string, token: string) {
    this.baseUrl = baseUrl;
    this.token = token;
  }

  get<Body = Record<string, unknown>>(path: string, options?: CallOptions): Promise<Answer<Body>> {
    return this.send<Body>("GET", path, undefined, options);
  }

  post<Body = Record<string, unknown>>(path: string, body?: unknown, options?: CallOptions): Promise<Answer<Body>> {
    return this.send<Body>("POST", path, body === undefined ? undefined : JSON.stringify(body), options);
  }

  /** Sends a body unchanged, so that a test can send what is not JSON. */
  async send<Body>(method: string, path: string, body?: string, options: CallOptions = {}): Promise<Answer<Body>> {
    const token = options.token === undefined ? this.token : options.token;
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) as Body };
  }

  /** Kicks an automation off and returns its execution's id; throws the response if it is rejected. */
  async kickoff(automation: string, body: Record<string, unknown>): Promise<string> {
    const answer = await this.post(`/automations/${automation}/kickoff`, body);
    const id = answer.body["kickoff_id"];
    if (typeof id !== "string") {
      throw new Error(`kickoff of ${automation}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return id;
  }

  /** Polls `/status/:id` until the run has ended, and returns the last response's body. */
  ended(executionId: string): Promise<Record<string, unknown>> {
    return eventually(async () => {
      const { status, body } = await this.get(`/status/${executionId}`);
      const state = String(body["state"]);
      if (!["SUCCESS", "FAILED", "FAILURE", "REVOKED"].includes(state)) {
        throw new Error(`execution ${executionId}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
      }
      return body;
    });
  }

  /** Every event that the execution has published so far, from the API's own pages. */
  async events(executionId: string): Promise<SinkEvent[]> {
    const events: SinkEvent[] = [];
    for (let after: number | null = 0; after !== null;) {
      const path = `/api/v1/executions/${executionId}/events?after=${after}&limit=500`;
      const page: Answer<{ events: SinkEvent[]; next: number | null }> = await this.get(path);
      events.push(...page.body.events);
      after = page.body.events.length === 0 ? null : page.body.next;
    }
    return events;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
