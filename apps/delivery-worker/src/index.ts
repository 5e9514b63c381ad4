export { reconcile, type ReconcileContext } from "./reconcile.ts";
