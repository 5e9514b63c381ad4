export { deliveryWorkerSchema } from "./config.ts";
export { createDeliveryContext } from "./context.ts";
export { retryForbidden } from "./retry-forbidden.ts";
export { reconcile, type ReconcileContext } from "./reconcile.ts";
