import { httpStatus } from "./http-status.ts";

/** Outcomes without a response, in words; others are shown by their status. */
const outcomes: Readonly<Record<string, string>> = {
  timeout: "Timed out",
  unreachable: "Unreachable",
  forbidden: "Address not allowed",
  gave_up: "Gave up",
};

/** The phase of an attempt when it timed out, as the HTTP client names it. */
const phases: Readonly<Record<string, string>> = {
  lookup: "the name was not resolved in time",
  connect: "no connection in time",
  secureConnect: "no TLS session in time",
  send: "the request was not sent in time",
  response: "no response in time",
};

/** The most common codes of Node and OpenSSL that receivers cause. */
const codes: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection closed",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate's issuer is not known",
};

/** The outcome of an attempt: the response's status, else why there was none. */
export function outcomeText({ status, outcome }: { status: number | null; outcome: string | null }): string {
  if (status !== null) return httpStatus(status);
  return outcome === null ? "Not tried yet" : (outcomes[outcome] ?? outcome.replaceAll("_", " "));
}

/** Why, in words, with the code to look up: `connection refused (ECONNREFUSED)`; empty without a reason. */
export function reasonText({ outcome, reason }: { outcome: string | null; reason: string | null }): string {
  if (reason === null) return "";
  if (outcome === "timeout") return phases[reason] ?? reason;
  const words = codes[reason];
  return words === undefined ? reason : `${words} (${reason})`;
}

/** A breaker's last failure, such as `timeout response` or `rejected 500`, in the same words. */
export function breakerText(failure: string): string {
  const [outcome = "", detail = ""] = failure.split(/ (.*)/s);
  if (/^\d{3}$/.test(detail)) return httpStatus(Number(detail));
  const word = outcomeText({ status: null, outcome });
  const reason = reasonText({ outcome, reason: detail === "" ? null : detail });
  return reason === "" ? word : `${word}, ${reason}`;
}

/** The kind of error that a run failed with, if its name is informative. */
export function errorKind(type: string | null): string | null {
  return type === null || type === "Error" || type === "AppError" ? null : type;
}
