import { z } from "zod";

/** Totals of everything that a feed has sent and will ever send. */
export const feedTotalsSchema = z.object({
  /** Deliveries, including this one and those not acknowledged yet. */
  deliveries: z.number().int().positive(),
  /** Events in them, counted as published: one that several were merged into counts as many. */
  events: z.number().int().nonnegative(),
});
export type FeedTotals = z.infer<typeof feedTotalsSchema>;

const pattern = /^deliveries=(\d{1,15}); ?events=(\d{1,15})$/;

/** The value of `crewstream-feed-complete`. */
export function formatFeedTotals({ deliveries, events }: FeedTotals): string {
  return `deliveries=${deliveries}; events=${events}`;
}

/** The inverse of {@link formatFeedTotals}; undefined for any other text. */
export function parseFeedTotals(text: string): FeedTotals | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const totals = feedTotalsSchema.safeParse({ deliveries: Number(match[1]), events: Number(match[2]) });
  return totals.success ? totals.data : undefined;
}
