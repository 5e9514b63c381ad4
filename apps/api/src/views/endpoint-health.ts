import type { EndpointHealth } from "@crewstream/contracts";
import type { BreakerView, Tally } from "@crewstream/redis";

/** Below this share of acknowledged requests an endpoint is degraded. */
const degradedBelow = 0.95;

/**
 * An endpoint's health for people. The breaker's view differs: an endpoint that responds 401 to everything is up for
 * it, since waiting would not help; for people it is failing.
 * @param recent its last 15 minutes
 * @param usedAt when it was last delivered to, ms
 */
export function endpointHealth(
  breaker: BreakerView,
  recent: Pick<Tally, "delivered" | "failed">,
  { usedAt, now }: { usedAt: number; now: number },
): EndpointHealth {
  if (breaker.paused) return "paused";
  if (breaker.state === "open") return "failing";
  if ((breaker.pauseUntil ?? 0) > now) return "throttled";
  const { delivered, failed } = recent;
  const endedLast = breaker.refusal?.startsWith("gone") === true && (breaker.refusedAt ?? 0) >= usedAt - toleranceMs;
  if (delivered === 0 && endedLast) return "disabled";
  if (delivered + failed === 0) return "healthy";
  if (delivered === 0) return "failing";
  return delivered / (delivered + failed) < degradedBelow ? "degraded" : "healthy";
}

/** Counters are written every two seconds, a refusal immediately. */
const toleranceMs = 5000;
