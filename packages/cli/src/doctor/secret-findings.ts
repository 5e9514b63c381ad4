import { variables, type Environment } from "@crewstream/service";
import { judge, type Finding } from "./finding.ts";

/** Checks the secrets of an environment by the rules that processes apply at start; no finding shows a value. */
export function secretFindings(env: Environment): Finding[] {
  return [examine("Encryption key", "ENCRYPTION_KEY", env), examine("Signing secret", "WEBHOOK_SIGNING_SECRET", env)];
}

function examine(what: string, name: "ENCRYPTION_KEY" | "WEBHOOK_SIGNING_SECRET", env: Environment): Finding {
  const text = env[name] ?? "";
  const { success, data = [], error } = variables.shape[name].safeParse(text);
  const reason = error?.issues[0]?.message ?? "";
  const found = text === "" ? "missing" : success ? (data.length === 1 ? "set" : `${data.length}, rotating`) : reason;
  return judge(what, found, success, {
    state: "bad",
    fix: `Set ${name}. Generate one with: npx crewstream secrets generate (npm start generates its own).`,
  });
}
