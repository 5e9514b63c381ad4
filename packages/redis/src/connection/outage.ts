/** What ioredis reports when there is no connection, or none that responds. */
const connectionErrors =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Reached the max retries|ClusterAllFailedError|Failed to refresh slots cache|Too many Cluster redirections|Cluster isn't ready|Cluster is ended|None of startup nodes|All sentinels are unreachable|connect E|read E|write E|getaddrinfo )/;

/** Error replies of Redis that are temporary, as words for operators. */
const temporaryReplies: Record<string, string> = {
  LOADING: "is loading its data",
  OOM: "has reached maxmemory and refuses writes",
  MISCONF: "cannot save to its disk and refuses writes",
  BUSY: "is busy with a script",
  READONLY: "is a replica and refuses writes: a failover, perhaps",
  MASTERDOWN: "has lost its master",
  CLUSTERDOWN: "is a cluster of which a part is down",
  TRYAGAIN: "is moving a slot",
  NOREPLICAS: "has too few replicas and refuses writes",
  UNBLOCKED: "has ended a wait",
  "ERR max number of clients": "has no connection left (maxclients)",
};

const errorNames = new Set(["MaxRetriesPerRequestError", "ClusterAllFailedError", "AbortError"]);
const errorCodes: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ENOTFOUND: "the name does not resolve",
  EAI_AGAIN: "the name does not resolve at the moment",
  ENOENT: "there is no such socket",
};

/**
 * Whether an error means that Redis cannot be used now: down, unresponsive, loading, full, failing over. A script's own
 * error and a programming error are not outages.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (errorNames.has(error.name)) return true;
  const code = codeOf(error);
  if (code !== undefined && code in errorCodes) return true;
  return connectionErrors.test(error.message) || temporaryReply(error) !== undefined;
}

/**
 * What Redis itself says in an error, to follow its name in a sentence; undefined if it has said nothing of the kind.
 */
export function temporaryReply(error: Error): string | undefined {
  const message = error.message.replace(/^ERR Error running script.*?@user_script:\s*\d+:\s*/, "");
  const reply = Object.keys(temporaryReplies).find((each) => message.startsWith(each));
  // An error of a command within a script.
  const [, inner] = /-(OOM|MISCONF|READONLY)\b/.exec(message) ?? [];
  const found = reply ?? inner;
  return found === undefined ? undefined : temporaryReplies[found];
}

/** Why a connection failed, in a few words for operators, for any error that a client emits. */
export function connectionFailure(error: Error): string {
  const cause: unknown = Reflect.get(error, "lastNodeError");
  if (cause instanceof Error && cause !== error) return connectionFailure(cause);
  const code = codeOf(error);
  if (code !== undefined && code in errorCodes) return errorCodes[code] ?? code;
  if (isRefusedLogin(error)) return "wrong user or password";
  if (/timed out|ETIMEDOUT/.test(error.message)) return "no answer";
  const [, last] = /Last error: (.*)/.exec(error.message) ?? [];
  if (last !== undefined) return last;
  return /^(Connection is closed|None of startup nodes|Failed to refresh)/.test(error.message)
    ? "the connection is closed at once"
    : error.message;
}

/** Whether Redis, or a Sentinel, rejects our credentials. */
export function isRefusedLogin(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const cause: unknown = Reflect.get(error, "lastNodeError");
  return /\b(WRONGPASS|NOAUTH)\b/.test(error.message) || (cause !== error && isRefusedLogin(cause));
}

function codeOf(error: Error): string | undefined {
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" ? code : undefined;
}
