import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { forbiddenRange } from "./address.ts";
import type { AddressPolicy } from "./policy.ts";

const maxUrlLength = 2048;

/**
 * The checks of a webhook URL that need no network: scheme, credentials, port, and an address written as a literal,
 * in whichever spelling, as the URL parser turns `127.1`, `0x7f.1` and `2130706433` into `127.0.0.1`.
 * @throws AppError `invalid_input`, or `forbidden_address` that names the range and how an operator allows it
 */
export function checkUrl(text: string, policy: AddressPolicy): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || text.length > maxUrlLength)
    throw refuse(policy, `is not an absolute URL of at most ${maxUrlLength} characters`);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw refuse(policy, "must begin with http:// or https://");
  if (url.username !== "" || url.password !== "") {
    throw refuse(policy, "must not contain credentials: use authentication {strategy: basic}");
  }
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  if (policy.ports !== undefined && !policy.ports.has(port)) {
    throw forbidden(policy, `uses port ${port}; allowed are ${[...policy.ports].join(", ")} (WEBHOOK_ALLOW_PORTS)`);
  }
  const literal = literalAddress(url);
  if (literal !== undefined) checkAddress(literal, policy);
  else if (isLocalhost(url) && forbiddenRange("::1", policy.networks) !== undefined) {
    checkAddress("127.0.0.1", policy, url.hostname);
  }
  return url;
}

/**
 * All checks of a webhook URL at kickoff: those of {@link checkUrl}, and that its name resolves to no forbidden
 * address. A name that does not resolve now is accepted: it may resolve by the time of the delivery, which checks again.
 */
export async function assertAllowedUrl(text: string, policy: AddressPolicy): Promise<URL> {
  const url = checkUrl(text, policy);
  if (literalAddress(url) !== undefined) return url;
  const answers = await lookup(url.hostname, { all: true }).catch(() => []);
  const allowed = answers.filter(({ address }) => forbiddenRange(address, policy.networks) === undefined);
  const first = answers[0];
  if (allowed.length === 0 && first !== undefined) checkAddress(first.address, policy, url.hostname);
  return url;
}

/** @throws AppError `forbidden_address` */
export function checkAddress(address: string, policy: AddressPolicy, name?: string): void {
  const range = forbiddenRange(address, policy.networks);
  if (range === undefined) return;
  const where = name === undefined ? address : `${name}, which is ${address},`;
  throw forbidden(
    policy,
    `points to ${where} in the ${range} range, which may not be reached from here. ` +
      `The operator of this server can allow it with WEBHOOK_ALLOW_NETWORKS, a list of CIDRs.`,
  );
}

/** The host of a URL if it is an address, without brackets. */
function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? undefined : host;
}

/** `localhost` and its subdomains are this machine (RFC 6761), regardless of what a resolver says. */
function isLocalhost(url: URL): boolean {
  return /(^|\.)localhost\.?$/.test(url.hostname);
}

const subjectOf = ({ subject = "webhook URL" }: AddressPolicy): string => `The ${subject}`;

function refuse(policy: AddressPolicy, why: string): AppError {
  return new AppError(`${subjectOf(policy)} ${why}.`, { code: ErrorCode.invalidInput });
}

function forbidden(policy: AddressPolicy, why: string): AppError {
  return new AppError(`${subjectOf(policy)} ${why}`, { code: ErrorCode.forbiddenAddress });
}
