import { humanOperations } from "../human/requests.ts";
import { ampOperations } from "../routes/amp.ts";
import { catalogueOperations } from "../routes/catalogue.ts";
import { deliveryOperations } from "../routes/deliveries.ts";
import { endpointOperations } from "../routes/endpoints.ts";
import { executionOperations } from "../routes/executions.ts";
import { memoryOperations } from "../routes/memory.ts";
import { statsOperations } from "../routes/stats.ts";
import { subscriptionOperations } from "../routes/subscriptions.ts";
import type { Operation } from "./operation.ts";

/** Where operations are mounted: AMP's at the root and per automation, ours under `/api/v1`. */
export const operationGroups: readonly { prefix: string; operations: readonly Operation[] }[] = [
  {
    prefix: "/api/v1",
    operations: [
      ...executionOperations,
      ...subscriptionOperations,
      ...deliveryOperations,
      ...endpointOperations,
      ...catalogueOperations,
      ...memoryOperations,
      ...statsOperations,
      ...humanOperations,
    ],
  },
  { prefix: "/automations/:automation", operations: ampOperations },
  { prefix: "", operations: ampOperations },
];
