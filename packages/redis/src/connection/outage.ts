/** What ioredis says when there is no connection, or none that answers. */
const connectionErrors =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Reached the max retries|ClusterAllFailedError|Failed to refresh slots cache|Too many Cluster redirections|Cluster isn't ready|Cluster is ended|None of startup nodes|All sentinels are unreachable|connect E|read E|write E|getaddrinfo )/;

/** Redis's own answers that another try, later, can turn into success. */
const temporaryReplies =
  /^(LOADING|OOM|MISCONF|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|UNBLOCKED|ERR max number of clients)/;

const errorNames = new Set(["MaxRetriesPerRequestError", "ClusterAllFailedError", "AbortError"]);
const errorCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "ENOENT"]);

/**
 * Whether an error means that Redis cannot be used now: away, silent, loading, full, failing over. A script's own
 * refusal or a programming error is none.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (errorNames.has(error.name)) return true;
  const code: unknown = Reflect.get(error, "code");
  if (typeof code === "string" && errorCodes.has(code)) return true;
  const message = error.message.replace(/^ERR Error running script.*?@user_script:\s*\d+:\s*/, "");
  return connectionErrors.test(message) || temporaryReplies.test(message) || /-(OOM|MISCONF|READONLY)\b/.test(message);
}
