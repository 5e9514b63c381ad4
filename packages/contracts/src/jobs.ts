import { z } from "zod";
import { executionIdSchema } from "./ids.ts";

/** Run, or resume, an execution; everything else is in its record and journal. */
export const runExecutionJobSchema = z.object({ executionId: executionIdSchema });
export type RunExecutionJob = z.infer<typeof runExecutionJobSchema>;

/** Deliver a feed's events after its cursor. */
export const drainFeedJobSchema = z.object({ executionId: executionIdSchema, feed: z.number().int().nonnegative() });
export type DrainFeedJob = z.infer<typeof drainFeedJobSchema>;

/** Retry a parked delivery; `first` is its first event's sequence, its key within the feed. */
export const retryDeliveryJobSchema = z.object({
  executionId: executionIdSchema,
  feed: z.number().int().nonnegative(),
  first: z.number().int().positive(),
});
export type RetryDeliveryJob = z.infer<typeof retryDeliveryJobSchema>;

/** Continue a bulk retry; its filter and position are in the store. */
export const bulkRetryJobSchema = z.object({ bulkId: z.string() });
export type BulkRetryJob = z.infer<typeof bulkRetryJobSchema>;
