import { runService } from "@crewstream/service";
import { deliveryWorkerSchema } from "./config.ts";
import { startDeliveryWorker } from "./service.ts";

await runService("delivery-worker", deliveryWorkerSchema, startDeliveryWorker);
