/** What to do about a Redis that does not let us in, by the words of the refusal; first that fits. */
const advice: readonly (readonly [refusal: RegExp, mend: string])[] = [
  [
    /NOAUTH|WRONGPASS|NOPERM|invalid password|invalid username/i,
    "Correct user and password: REDIS_USERNAME and REDIS_PASSWORD, or those in REDIS_URL; Sentinels have REDIS_SENTINEL_PASSWORD of their own.",
  ],
  [
    /alert certificate required|alert bad certificate|alert unknown ca/i,
    "Redis asks for a certificate of ours: REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE, from an authority that it trusts.",
  ],
  [
    /certificate|altname|self-signed|SSL|TLS|EPROTO|wrong version number|ECONNRESET|Connection is closed/i,
    "If it runs: one side may speak TLS and the other not, or we do not trust it. See REDIS_TLS, REDIS_SENTINEL_TLS, REDIS_TLS_CA_FILE, REDIS_TLS_SERVERNAME.",
  ],
];

/** How to mend a connection that fails with this message. */
export function mendConnection(message: string): string {
  const found = advice.find(([refusal]) => refusal.test(message));
  return found?.[1] ?? "Start it (npm start brings one), or correct REDIS_URL.";
}

/** What stands behind a cluster's error, which says only that no node would do. */
export function rootOf(error: unknown): unknown {
  const root: unknown = error instanceof Error ? Reflect.get(error, "lastNodeError") : undefined;
  return root ?? error;
}
