import { z } from "zod";
import { checkedAuthenticationSchema } from "../authentication.ts";
import { orderings, signingSecretSchema } from "../webhook.ts";
import { absentable } from "./absent.ts";

const maxUrlLength = 2048;
const maxEvents = 500;
const maxDelays = 20;

/** A webhook's URL: absolute, http or https, and without credentials, which have a field of their own. */
export const webhookUrlSchema = z
  .string("a URL such as https://example.com/hook")
  .max(maxUrlLength, `at most ${maxUrlLength} characters`)
  .superRefine((text, context) => {
    const problem = urlProblem(text);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  })
  .meta({ format: "uri", examples: ["https://example.com/hook"] });

function urlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return "is not an absolute URL: write it like https://example.com/hook";
  if (url.protocol !== "http:" && url.protocol !== "https:") return "must begin with http:// or https://";
  if (url.username !== "" || url.password !== "") {
    return 'must not contain credentials: give them as "authentication": {"strategy": "basic", …}';
  }
  return undefined;
}

/** One name in `events`: a type, an alias, a custom name, `*`, or a prefix such as `llm_*`. */
export const eventNameSchema = z
  .string("the name of an event type, as text")
  .min(1, "must not be empty")
  .max(200, "at most 200 characters")
  .regex(/^[^*]*\*?$/, "a * is only allowed at the end: * selects all events, llm_* all that begin with llm_");

const maxDelayMs = 60_000;
const delayRange = `a whole number of milliseconds from 1 to ${maxDelayMs}`;

const realtimeSchema = z.union(
  [
    z.boolean(),
    z.strictObject({
      max_delay_ms: z
        .int(`must be ${delayRange}`)
        .min(1, `must be ${delayRange}`)
        .max(maxDelayMs, `must be ${delayRange}`)
        .describe("Events are sent together if they would be older than this when sent one by one"),
    }),
  ],
  `must be true (each event alone, at once), false (in batches) or {"max_delay_ms": 1 to ${maxDelayMs}}`,
);

const delaySchema = z
  .string('a delay such as "5s"')
  .regex(/^\d{1,9}(ms|s|m|h)$/, "must be a delay such as 200ms, 5s, 2m or 10h");

/** One `webhooks` object of a kickoff. Unknown fields are accepted, and named in the response's warnings. */
export const webhookSettingsSchema = z.looseObject({
  url: webhookUrlSchema,
  events: z
    .array(eventNameSchema, 'must be a list of event types such as ["crew_kickoff_completed"], or ["*"] for all')
    .min(1, 'must name at least one event type, or be ["*"] for all')
    .max(maxEvents, `at most ${maxEvents} names`),
  realtime: absentable(realtimeSchema),
  coalesce: absentable(
    z
      .boolean("must be true or false")
      .describe("Merges the streamed chunks of one model response that are sent together into one event"),
  ),
  completion: absentable(
    z
      .boolean("must be true or false")
      .describe(
        "The last delivery always carries crewstream-feed-complete: an empty one is sent if no event is left for it",
      ),
  ),
  authentication: absentable(checkedAuthenticationSchema),
  signing_secret: absentable(signingSecretSchema),
  ordering: absentable(z.enum(orderings, 'must be "relaxed" or "strict"')),
  retry: absentable(
    z.strictObject(
      {
        schedule: z
          .array(delaySchema, 'must be a list of delays such as ["5s", "2m"]')
          .min(1, "must name at least one delay")
          .max(maxDelays, `at most ${maxDelays} delays`),
      },
      'must be {"schedule": ["5s", …]}',
    ),
  ),
});
export type WebhookSettings = z.infer<typeof webhookSettingsSchema>;

/** Names of the fields that {@link webhookSettingsSchema} knows. */
export const webhookSettingsFields: ReadonlySet<string> = new Set(Object.keys(webhookSettingsSchema.shape));
