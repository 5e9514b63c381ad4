import type { RunContext } from "@crewstream/crew";
import type { GatewayRunOptions } from "./gateway-run.ts";
import { gatewayVariables } from "./providers.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * When the offline model responds: always in a worker whose MODEL says so; if it is only the default, for providers
 * without a key.
 */
export function offlineMode(context: Pick<RunContext, "defaultModel">, env: Variables): GatewayRunOptions["offline"] {
  if (env["MODEL"]?.startsWith("offline/") === true) return "always";
  return context.defaultModel.startsWith("offline/") ? "unkeyed" : "never";
}

/** The model settings in a child's environment: the gateway, and the model for agents that name none. */
export function modelVariables(
  address: string,
  context: Pick<RunContext, "defaultModel">,
  env: Variables,
): Record<string, string> {
  const variables = gatewayVariables(address, env);
  const named = env["MODEL"] ?? context.defaultModel;
  // The library does not know this provider; the gateway responds under the name of a model that every version knows.
  if (named.startsWith("offline/")) return { ...variables, MODEL: "gpt-4o-mini" };
  return { ...variables, MODEL: named };
}
