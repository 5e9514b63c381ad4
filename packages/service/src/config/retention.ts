import type { Variables } from "./variables.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** How long an ended execution and its deliveries are kept, in ms. */
export function retentionMs({ RETENTION_DAYS }: Pick<Variables, "RETENTION_DAYS">): number {
  return RETENTION_DAYS * dayMs;
}
