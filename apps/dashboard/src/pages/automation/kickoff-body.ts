/** The webhook part of the kickoff form. */
export interface WebhookDraft {
  wanted: boolean;
  url: string;
  /** Event names, separated by commas or spaces. */
  events: string;
  realtime: boolean;
  strict: boolean;
  token: string;
}

export const noWebhook: WebhookDraft = {
  wanted: false,
  url: "",
  events: "*",
  realtime: false,
  strict: false,
  token: "",
};

/** The body of a kickoff as the form says; inputs that are empty are left out, so that defaults hold. */
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
      realtime: webhook.realtime,
      ...(webhook.strict ? { ordering: "strict" } : {}),
      ...(webhook.token === "" ? {} : { authentication: { strategy: "bearer", token: webhook.token } }),
    },
  };
}

/** A text that is JSON and no string is meant as such; `007` and `topic` are texts. */
function inputValue(text: string): unknown {
  const trimmed = text.trim();
  if (!/^([[{]|true$|false$|null$|-?(0|[1-9]\d*)(\.\d+)?$)/.test(trimmed)) return text;
  try {
    return JSON.parse(trimmed);
  } catch {
    return text;
  }
}
