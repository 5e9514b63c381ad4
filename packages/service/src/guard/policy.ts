import { AppError, ErrorCode } from "@crewstream/contracts";
import { parseNetworks, type Network } from "./address.ts";

/** Which addresses webhooks and automations may reach. */
export interface AddressPolicy {
  /** Networks that are allowed although they are not public. */
  networks: Network[];
  /** Allowed ports; undefined allows all. */
  ports: ReadonlySet<number> | undefined;
  /** What error messages call the URL. Default: the webhook URL. */
  subject?: string;
}

/** @throws AppError `configuration` that names the variable and the invalid text */
export function addressPolicy(config: {
  WEBHOOK_ALLOW_NETWORKS?: string[] | undefined;
  WEBHOOK_ALLOW_PORTS?: string[] | undefined;
}): AddressPolicy {
  const ports = config.WEBHOOK_ALLOW_PORTS?.map(Number);
  if (ports?.some((port) => !Number.isInteger(port) || port < 1 || port > 65_535) === true) {
    throw new AppError("WEBHOOK_ALLOW_PORTS must list ports such as 443,8443.", { code: ErrorCode.configuration });
  }
  try {
    const networks = parseNetworks(config.WEBHOOK_ALLOW_NETWORKS ?? []);
    return { networks, ports: ports === undefined ? undefined : new Set(ports) };
  } catch (cause) {
    throw new AppError(`WEBHOOK_ALLOW_NETWORKS: ${(cause as Error).message}.`, {
      code: ErrorCode.configuration,
      cause,
    });
  }
}
