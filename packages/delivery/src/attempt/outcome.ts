/**
 * How an attempt ended; a closed list. Whoever switches over it has a `never` default.
 *   delivered   2xx
 *   rejected    any other answer that says nothing special: 4xx, 5xx, and 1xx with no final response after it
 *   throttled   429 or 503: the endpoint asks to go slower
 *   redirected  3xx, never followed: it could lead anywhere, and turns a POST into a GET
 *   gone        410, or `webhook-delivery: disable`: the subscription ends
 *   aborted     `webhook-delivery: abort-message`: this delivery is not to be tried again
 *   timeout     no complete response headers in time; `reason` is the phase: lookup, connect, secureConnect, send, response
 *   unreachable no connection, or it broke; `reason` is the error code
 *   forbidden   the address may not be reached (any more)
 *   cut_off     we stopped it at our own shutdown's deadline; says nothing of the endpoint
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

/** What an outcome says of the endpoint's health. A 4xx is about this delivery, not about the endpoint; a 1xx is no answer to any. */
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

/** An answer's outcome by status and by the `webhook-delivery` header, with which receivers steer us. */
export function answerOutcome(answer: {
  status: number;
  delivery: string | undefined;
  retryAfterMs: number | undefined;
}): SendOutcome {
  const { status, retryAfterMs } = answer;
  const instruction = answer.delivery?.trim().toLowerCase();
  if (instruction === "disable" || status === 410) return { kind: "gone", status };
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  if (instruction === "abort-message") return { kind: "aborted", status };
  if (status === 429 || status === 503) return { kind: "throttled", status, retryAfterMs };
  if (status >= 300 && status < 400) return { kind: "redirected", status };
  return { kind: "rejected", status };
}
