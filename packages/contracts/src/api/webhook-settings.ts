import { z } from "zod";
import { authenticationSchema, orderings, signingSecretSchema } from "../webhook.ts";
import { absentable } from "./absent.ts";

const longestUrl = 2048;
const mostEvents = 500;
const mostDelays = 20;

/** Headers that an authentication may not set: they carry the request or the delivery's own facts. */
const reservedHeaders =
  /^(host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|user-agent|traceparent|tracestate|webhook-.*|crewstream-.*)$/i;

/** Characters that may stand in a header's value (RFC 9110, section 5.5): a line break would begin another header. */
const headerText = /^[\x20-\x7E\x80-\xFF]*$/;

/** A webhook's address: absolute, http or https, and without credentials, which have a field of their own. */
export const webhookUrlSchema = z
  .string("a URL such as https://example.com/hook")
  .max(longestUrl, `at most ${longestUrl} characters`)
  .superRefine((text, context) => {
    const problem = urlProblem(text);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  })
  .meta({ format: "uri", examples: ["https://example.com/hook"] });

function urlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return "is no absolute URL: write it like https://example.com/hook";
  if (url.protocol !== "http:" && url.protocol !== "https:") return "must begin with http:// or https://";
  if (url.username !== "" || url.password !== "") {
    return 'must not hold credentials: give them as "authentication": {"strategy": "basic", …}';
  }
  return undefined;
}

/** One name in `events`: a type, an alias, a custom name, `*`, or a prefix such as `llm_*`. */
export const eventNameSchema = z
  .string("the name of an event type, as text")
  .min(1, "must not be empty")
  .max(200, "at most 200 characters")
  .regex(/^[^*]*\*?$/, "a * may only stand at the end: * selects all events, llm_* all that begin with llm_");

/** {@link authenticationSchema} with messages for a client, and safe to put into headers. */
export const checkedAuthenticationSchema = z
  .unknown()
  .superRefine((value, context) => {
    const strategy = typeof value === "object" && value !== null ? Reflect.get(value, "strategy") : undefined;
    if (strategy === "bearer" || strategy === "basic" || strategy === "header") return;
    context.addIssue({
      code: "custom",
      path: typeof value === "object" && value !== null ? ["strategy"] : [],
      message:
        'must be one of {"strategy": "bearer", "token"}, {"strategy": "basic", "username", "password"} and ' +
        '{"strategy": "header", "name", "value"}',
    });
  })
  .pipe(authenticationSchema)
  .superRefine((authentication, context) => {
    const texts = Object.entries(authentication).filter(([field]) => field !== "strategy");
    for (const [field, text] of texts) {
      if (headerText.test(text)) continue;
      context.addIssue({ code: "custom", path: [field], message: "must hold no line breaks or control characters" });
    }
    if (authentication.strategy === "basic" && authentication.username.includes(":")) {
      context.addIssue({ code: "custom", path: ["username"], message: "must hold no colon (RFC 7617)" });
    }
    if (authentication.strategy === "header" && reservedHeaders.test(authentication.name)) {
      context.addIssue({ code: "custom", path: ["name"], message: "is a header that crewstream sets itself" });
    }
  });

const longestDelayMs = 60_000;
const delayRange = `a whole number of milliseconds from 1 to ${longestDelayMs}`;

const realtimeSchema = z.union(
  [
    z.boolean(),
    z.strictObject({
      max_delay_ms: z
        .int(`must be ${delayRange}`)
        .min(1, `must be ${delayRange}`)
        .max(longestDelayMs, `must be ${delayRange}`)
        .describe("Events go out together where one by one they would be older than this"),
    }),
  ],
  `must be true (each event alone, at once), false (in batches) or {"max_delay_ms": 1 to ${longestDelayMs}}`,
);

const delaySchema = z
  .string('a delay such as "5s"')
  .regex(/^\d{1,9}(ms|s|m|h)$/, "must be a delay such as 200ms, 5s, 2m or 10h");

/** One `webhooks` object of a kickoff. Unknown fields pass, and are named in the answer's warnings. */
export const webhookSettingsSchema = z.looseObject({
  url: webhookUrlSchema,
  events: z
    .array(eventNameSchema, 'must be a list of event types such as ["crew_kickoff_completed"], or ["*"] for all')
    .min(1, 'must name at least one event type, or be ["*"] for all')
    .max(mostEvents, `at most ${mostEvents} names`),
  realtime: absentable(realtimeSchema),
  coalesce: absentable(
    z
      .boolean("must be true or false")
      .describe("Joins the pieces of one model answer that go out together into one event"),
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
          .max(mostDelays, `at most ${mostDelays} delays`),
      },
      'must be {"schedule": ["5s", …]}',
    ),
  ),
});
export type WebhookSettings = z.infer<typeof webhookSettingsSchema>;

/** Names of the fields that {@link webhookSettingsSchema} knows. */
export const webhookSettingsFields: ReadonlySet<string> = new Set(Object.keys(webhookSettingsSchema.shape));
