import { processVariables, variables } from "@crewstream/service";
import type { z } from "zod";

/** The environment variables of the delivery worker. */
export const deliveryWorkerSchema = variables.pick(processVariables["delivery-worker"]);
export type DeliveryWorkerConfig = z.output<typeof deliveryWorkerSchema>;
