import { z } from "zod";
import { executionIdSchema } from "./ids.ts";

/** Run, or run on, an execution: its record and journal say the rest. */
export const runExecutionJobSchema = z.object({ executionId: executionIdSchema });
export type RunExecutionJob = z.infer<typeof runExecutionJobSchema>;

/** Deliver what a feed has after its cursor. */
export const drainFeedJobSchema = z.object({ executionId: executionIdSchema, feed: z.number().int().nonnegative() });
export type DrainFeedJob = z.infer<typeof drainFeedJobSchema>;

/** Send a parked delivery again; `first` is its first event's sequence, its key within the feed. */
export const retryDeliveryJobSchema = z.object({
  executionId: executionIdSchema,
  feed: z.number().int().nonnegative(),
  first: z.number().int().positive(),
});
export type RetryDeliveryJob = z.infer<typeof retryDeliveryJobSchema>;

/** Go on with a bulk retry; its filter and place are in the store. */
export const bulkRetryJobSchema = z.object({ bulkId: z.string() });
export type BulkRetryJob = z.infer<typeof bulkRetryJobSchema>;
