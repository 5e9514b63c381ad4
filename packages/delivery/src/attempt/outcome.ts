/**
 * How an attempt ended. A closed list: code that switches over it has a `never` default.
 *   delivered   2xx
 *   rejected    any other response without a special meaning: 4xx, 5xx, and 1xx without a final response
 *   throttled   429 or 503: the endpoint asks us to slow down
 *   redirected  3xx, never followed: it could lead anywhere, and turns a POST into a GET
 *   gone        410, or `webhook-delivery: disable`: the subscription ends
 *   aborted     `webhook-delivery: abort-message`: this delivery must not be retried
 *   timeout     no complete response headers in time; `reason` is the phase: lookup, connect, secureConnect, send, response
 *   unreachable no connection, or it failed; `reason` is the error code
 *   forbidden   the address must not be reached (any more)
 *   cut_off     aborted at the deadline of our own shutdown; says nothing about the endpoint
 */
export type SendOutcome =
  | { kind: "delivered"; status: number }
  | { kind: "rejected"; status: number }
  | { kind: "throttled"; status: number; retryAfterMs: number | undefined }
  | { kind: "redirected"; status: number }
  | { kind: "gone"; status: number }
  | { kind: "aborted"; status: number }
  | { kind: "timeout"; reason: string }
  | { kind: "unreachable"; reason: string }
  | { kind: "forbidden"; reason: string }
  | { kind: "cut_off" };

/** What an outcome says about the endpoint's health. A 4xx is about this delivery, not about the endpoint; a 1xx is no final response. */
export function endpointVerdict(outcome: SendOutcome): "success" | "failure" | "ignored" {
  switch (outcome.kind) {
    case "delivered":
    case "gone":
    case "aborted":
      return "success";
    case "throttled":
    case "timeout":
    case "unreachable":
      return "failure";
    case "rejected":
      return outcome.status >= 500 || outcome.status < 200 ? "failure" : "success";
    case "redirected":
    case "forbidden":
    case "cut_off":
      return "ignored";
    default:
      return outcome satisfies never;
  }
}

/** The outcome of a response, by its status and by the `webhook-delivery` header with which receivers control delivery. */
export function responseOutcome(response: {
  status: number;
  delivery: string | undefined;
  retryAfterMs: number | undefined;
}): SendOutcome {
  const { status, retryAfterMs } = response;
  const instruction = response.delivery?.trim().toLowerCase();
  if (instruction === "disable" || status === 410) return { kind: "gone", status };
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  if (instruction === "abort-message") return { kind: "aborted", status };
  if (status === 429 || status === 503) return { kind: "throttled", status, retryAfterMs };
  if (status >= 300 && status < 400) return { kind: "redirected", status };
  return { kind: "rejected", status };
}
