import { kickoffCommand, type FoundAutomations } from "./kickoff-command.ts";

export interface BannerFacts extends FoundAutomations {
  url: string;
  /** Undefined if the operator has set API_TOKENS: their tokens are not printed. */
  token: string | undefined;
  dataDir: string;
  /** The model of automations that name none; undefined if MODEL is not set. */
  model: string | undefined;
}

/** What a new user needs first: the addresses, a command to paste, how to stop. */
export function banner({ url, token, dataDir, model, served, fixes }: BannerFacts): string {
  const lines = [
    "crewstream is ready.",
    "",
    `  API        ${url}`,
    `  Token      ${token ?? "yours, in API_TOKENS"}`,
    `  Dashboard  ${url}/dashboard`,
    `  Inspector  ${url}/inspector/demo   (a webhook receiver that shows what arrives)`,
    `  Data       ${dataDir}`,
    `  Model      ${model ?? "offline/demo, a stand-in for automations that name none: set MODEL and its provider's key"}`,
    "",
    ...kickoffs({ url, token, served }),
    ...needed(fixes),
    "Ctrl-C stops everything.",
  ];
  return lines.join("\n");
}

/** What has to be run before the other automations can be. */
function needed(fixes: BannerFacts["fixes"]): string[] {
  if (fixes.length === 0) return [];
  return ["Set up first:", "", ...fixes.map(({ name, fix }) => `  ${name.padEnd(20)} ${fix}`), ""];
}

/** One command of each kind: a flow, which needs no model, and a crew. */
function kickoffs({ url, token, served }: Pick<BannerFacts, "url" | "token" | "served">): string[] {
  const shown = (["flow", "crew"] as const).flatMap((kind) => served.find((each) => each.kind === kind) ?? []);
  if (shown.length === 0) return ["No automations are served yet: add one to AUTOMATIONS_DIR (see the log above).", ""];
  return shown.flatMap((automation) => [
    `Kick off the ${automation.kind} ${automation.name}, whose events then appear in the inspector:`,
    "",
    kickoffCommand({ url, token: token ?? "YOUR_TOKEN", automation }),
    "",
  ]);
}
