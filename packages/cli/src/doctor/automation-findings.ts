import type { FoundAutomations } from "@crewstream/redis";
import type { Finding } from "./finding.ts";

/** What is to be said of each automation: its warnings, its Python environment, and what keeps it from being served. */
export function automationFindings({ served, unavailable }: FoundAutomations): Finding[] {
  const ready = served.flatMap(({ name, environment, warnings = [] }): Finding[] => [
    ...(environment === undefined
      ? []
      : [
          {
            what: `Automation ${name}`,
            state: "ok" as const,
            found: `Python ${environment.python}, crewai ${environment.crewai}`,
          },
        ]),
    ...warnings.map((found) => ({
      what: `Automation ${name}`,
      state: "warn" as const,
      found,
      fix: "See docs/automations.md.",
    })),
  ]);
  const refused = unavailable.map(({ name, host, state, reason, fix }): Finding => ({
    what: `Automation ${name}`,
    state: state === "failed" ? "bad" : "warn",
    found: `${reason} (on ${host})`,
    ...(fix === undefined ? {} : { fix: `Run ${fix} there.` }),
  }));
  return [...ready, ...refused].sort((a, b) => (a.what < b.what ? -1 : a.what > b.what ? 1 : 0));
}
