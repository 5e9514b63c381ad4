/** What to do about a failed connection to Redis, by its error message; the first match applies. */
const advice: readonly (readonly [refusal: RegExp, fix: string])[] = [
  [
    /NOAUTH|WRONGPASS|NOPERM|invalid password|invalid username/i,
    "Correct the user and password: REDIS_USERNAME and REDIS_PASSWORD, or those in REDIS_URL; Sentinels have their own REDIS_SENTINEL_PASSWORD.",
  ],
  [
    /alert certificate required|alert bad certificate|alert unknown ca/i,
    "Redis requires a client certificate: set REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE, issued by an authority that Redis trusts.",
  ],
  [
    /certificate|altname|self-signed|SSL|TLS|EPROTO|wrong version number|ECONNRESET|Connection is closed/i,
    "If it is running: only one side may use TLS, or its certificate is not trusted. See REDIS_TLS, REDIS_SENTINEL_TLS, REDIS_TLS_CA_FILE, REDIS_TLS_SERVERNAME.",
  ],
];

/** What to do about a connection that fails with this message. */
export function connectionFix(message: string): string {
  const found = advice.find(([refusal]) => refusal.test(message));
  return found?.[1] ?? "Start it (npm start includes one), or correct REDIS_URL.";
}

/** The cause of a cluster's error, whose own message says only that all nodes failed. */
export function rootOf(error: unknown): unknown {
  const root: unknown = error instanceof Error ? Reflect.get(error, "lastNodeError") : undefined;
  return root ?? error;
}
