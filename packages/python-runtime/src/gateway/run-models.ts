import type { RunContext } from "@crewstream/crew";
import type { GatewayRunOptions } from "./gateway-run.ts";
import { gatewayVariables } from "./providers.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Whether the stand-in for a model answers: for all of a worker whose MODEL says so, and where that is only the default,
 * for what there is no key for.
 */
export function offlineMode(context: Pick<RunContext, "defaultModel">, env: Variables): GatewayRunOptions["offline"] {
  if (env["MODEL"]?.startsWith("offline/") === true) return "always";
  return context.defaultModel.startsWith("offline/") ? "unkeyed" : "never";
}

/** What a child finds in its environment of models: the gateway, and the model for agents that name none. */
export function modelVariables(
  address: string,
  context: Pick<RunContext, "defaultModel">,
  env: Variables,
): Record<string, string> {
  const variables = gatewayVariables(address, env);
  const named = env["MODEL"] ?? context.defaultModel;
  // The library knows no such provider; under the name of its own default the gateway answers for it.
  if (named.startsWith("offline/")) return { ...variables, MODEL: "gpt-4.1-mini" };
  return { ...variables, MODEL: named };
}
