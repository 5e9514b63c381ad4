/** When deliveries are sent: in batches, each event alone, or alone as long as the endpoint keeps up. */
export type Pace = "batched" | "realtime" | "adaptive";

/** The webhook part of the kickoff form. */
export interface WebhookDraft {
  wanted: boolean;
  url: string;
  /** Event names, separated by commas or spaces. */
  events: string;
  pace: Pace;
  /** For the adaptive pace: milliseconds, as typed. */
  maxDelayMs: string;
  coalesce: boolean;
  strict: boolean;
  token: string;
}

export const noWebhook: WebhookDraft = {
  wanted: false,
  url: "",
  events: "*",
  pace: "batched",
  maxDelayMs: "250",
  coalesce: false,
  strict: false,
  token: "",
};

/** The body of a kickoff from the form; empty inputs are omitted, so that defaults apply. */
export function kickoffBody(
  names: readonly string[],
  values: Readonly<Record<string, string>>,
  webhook: WebhookDraft,
): Record<string, unknown> {
  const inputs = Object.fromEntries(
    names.flatMap((name) => {
      const text = values[name] ?? "";
      return text.trim() === "" ? [] : [[name, inputValue(text)]];
    }),
  );
  if (!webhook.wanted) return { inputs };
  return {
    inputs,
    webhooks: {
      url: webhook.url.trim(),
      events: webhook.events.split(/[\s,]+/).filter((name) => name !== ""),
      realtime:
        webhook.pace === "adaptive" ? { max_delay_ms: Number(webhook.maxDelayMs) } : webhook.pace === "realtime",
      ...(webhook.coalesce ? { coalesce: true } : {}),
      ...(webhook.strict ? { ordering: "strict" } : {}),
      ...(webhook.token === "" ? {} : { authentication: { strategy: "bearer", token: webhook.token } }),
    },
  };
}

/** A text that is JSON and not a string is meant as JSON; `007` and `topic` are texts. */
function inputValue(text: string): unknown {
  const trimmed = text.trim();
  if (!/^([[{]|true$|false$|null$|-?(0|[1-9]\d*)(\.\d+)?$)/.test(trimmed)) return text;
  try {
    return JSON.parse(trimmed);
  } catch {
    return text;
  }
}
