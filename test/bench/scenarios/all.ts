import { batched } from "./batched.ts";
import { deadEndpoint } from "./dead-endpoint.ts";
import { executions } from "./executions.ts";
import { hangingEndpoint } from "./hanging-endpoint.ts";
import { idle } from "./idle.ts";
import { kickoffs } from "./kickoffs.ts";
import { large } from "./large.ts";
import { outage } from "./outage.ts";
import { publish } from "./publish.ts";
import { realtime } from "./realtime.ts";
import type { Scenario } from "./scenario.ts";
import { sse } from "./sse.ts";

/** In the order in which they run. */
export const scenarios: readonly Scenario[] = [
  batched,
  realtime,
  executions,
  large,
  publish,
  deadEndpoint,
  hangingEndpoint,
  outage,
  kickoffs,
  sse,
  idle,
];
