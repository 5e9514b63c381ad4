import { randomBytes } from "node:crypto";
import {
  AppError,
  ErrorCode,
  waitAtMost,
  type KickoffRequest,
  type Subscription,
  type SubscriptionSecrets,
  type WebhookSettings,
} from "@crewstream/contracts";
import { assertAllowedUrl, parseDuration, type AddressPolicy } from "@crewstream/service";

const maxLegacyDelayMs = 24 * 60 * 60 * 1000;
const lookupMs = 1000;

/** A webhook as requested by a kickoff: the part that may be shown, and separately its secrets. */
export interface RequestedWebhook {
  /** Its path in the kickoff's body. */
  path: string;
  subscription: Subscription;
  secrets: SubscriptionSecrets;
}

/**
 * AMP's three legacy webhooks: each one's body form and the event it is made from. If no human webhook is given, the
 * task webhook reports a task under review, as clients written for it know no other.
 */
const legacy = [
  { field: "stepWebhookUrl", form: "step", crew: "crew_step_completed", flow: "crew_step_completed" },
  { field: "taskWebhookUrl", form: "task", crew: "task_completed", flow: "task_completed" },
  { field: "crewWebhookUrl", form: "crew", crew: "crew_kickoff_completed", flow: "flow_finished" },
] as const;

/**
 * The webhooks of a kickoff, the modern ones first. A flow's `crewWebhookUrl` gets the flow's own result, once, as the
 * crews inside it are its steps.
 * @param options.baseUrl where clients reach this API, for callback URLs
 * @param options.pathOf a webhook's path in the body, for messages
 * @throws AppError `invalid_input` with the path of a delay that is too long
 */
export function requestedWebhooks(
  request: KickoffRequest,
  options: { kind: "crew" | "flow"; baseUrl: string; pathOf: (index: number) => string },
): RequestedWebhook[] {
  const { webhooks = [], meta } = request;
  const echoed = meta === undefined ? {} : { meta };
  const modern = webhooks.map((settings, index) => webhookFromSettings(settings, options.pathOf(index)));
  const old = legacy.flatMap(({ field, form, ...events }) => {
    const url = request[field];
    if (url === undefined) return [];
    const asksAsWell = form === "task" && humanUrl(request) === undefined;
    const subscription: Subscription = {
      url,
      events: [events[options.kind], ...(asksAsWell ? ["human_feedback_requested"] : [])],
      mode: "realtime",
      form,
      ordering: "relaxed",
      ...echoed,
    };
    return [{ path: field, subscription, secrets: {} }];
  });
  return [...modern, ...old, ...humanWebhooks(request, options)];
}

/**
 * The webhook for human-input requests: AMP's crew form for a crew, its flow form for a flow, which contains a callback
 * URL. The object form of the field takes precedence over the plain URL.
 */
function humanWebhooks(
  { humanInputWebhook, humanInputWebhookUrl, meta }: KickoffRequest,
  { kind, baseUrl }: { kind: "crew" | "flow"; baseUrl: string },
): RequestedWebhook[] {
  const url = humanUrl({ humanInputWebhook, humanInputWebhookUrl });
  if (url === undefined) return [];
  const authentication = humanInputWebhook?.authentication;
  const subscription: Subscription = {
    url,
    events: ["human_feedback_requested", "flow_input_requested"],
    mode: "realtime",
    form: kind === "crew" ? "human_crew" : "human_flow",
    ordering: "relaxed",
    ...(kind === "flow" ? { callbackBase: baseUrl } : {}),
    ...(meta === undefined ? {} : { meta }),
  };
  const secrets: SubscriptionSecrets = {
    ...(authentication === undefined ? {} : { authentication }),
    ...(kind === "flow" ? { responseKey: randomBytes(32).toString("base64url") } : {}),
  };
  return [
    { path: humanInputWebhook === undefined ? "humanInputWebhookUrl" : "humanInputWebhook.url", subscription, secrets },
  ];
}

function humanUrl(request: Pick<KickoffRequest, "humanInputWebhook" | "humanInputWebhookUrl">): string | undefined {
  return request.humanInputWebhook?.url ?? request.humanInputWebhookUrl;
}

/** A webhook from its settings. @param path its path in the body, for messages */
export function webhookFromSettings(settings: WebhookSettings, path: string): RequestedWebhook {
  const { authentication, signing_secret: signingSecret, retry } = settings;
  const subscription: Subscription = {
    url: settings.url,
    events: settings.events,
    mode: settings.realtime === undefined || settings.realtime === false ? "batched" : "realtime",
    form: "events",
    ordering: settings.ordering ?? "relaxed",
    ...(typeof settings.realtime === "object" ? { maxDelayMs: settings.realtime.max_delay_ms } : {}),
    ...(settings.coalesce === true ? { coalesce: true } : {}),
    ...(settings.completion === true ? { completion: true } : {}),
    ...(retry === undefined
      ? {}
      : {
          retrySchedule: retry.schedule.map((text, at) =>
            delayMs(text, `${path === "" ? "" : `${path}.`}retry.schedule[${at}]`),
          ),
        }),
  };
  const secrets: SubscriptionSecrets = {
    ...(authentication === undefined ? {} : { authentication }),
    ...(signingSecret === undefined ? {} : { signingSecret }),
  };
  return { path, subscription, secrets };
}

function delayMs(text: string, path: string): number {
  const delay = parseDuration(text);
  if (delay !== undefined && delay >= 1 && delay <= maxLegacyDelayMs) return delay;
  throw new AppError(`${path}: must be a delay between 1ms and 24h`, {
    code: ErrorCode.invalidInput,
    details: { path },
  });
}

/**
 * Rejects webhooks with forbidden URLs.
 * @throws AppError `forbidden_address` or `invalid_input` with the field's path
 */
export async function checkAddresses(webhooks: readonly RequestedWebhook[], policy: AddressPolicy): Promise<void> {
  await Promise.all(
    webhooks.map(async ({ path, subscription }) => {
      const field = subscription.form !== "events" ? path : path === "" ? "url" : `${path}.url`;
      try {
        await checkInTime(subscription.url, policy);
      } catch (error) {
        if (!AppError.is(error)) throw error;
        throw new AppError(`${field}: ${error.message}`, { code: error.code, details: { path: field }, cause: error });
      }
    }),
  );
}

/**
 * A name server that does not respond must not delay a kickoff: the name is accepted then, like one that does not
 * resolve now. Every attempt checks again when it connects.
 */
async function checkInTime(url: string, policy: AddressPolicy): Promise<void> {
  await waitAtMost(assertAllowedUrl(url, policy), lookupMs);
}
