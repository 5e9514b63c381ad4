import { processVariables, variables } from "@crewstream/service";
import type { z } from "zod";

/** What the delivery worker reads of the environment. */
export const deliveryWorkerSchema = variables.pick(processVariables["delivery-worker"]);
export type DeliveryWorkerConfig = z.output<typeof deliveryWorkerSchema>;
