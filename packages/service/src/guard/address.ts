import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Network = [Address, number];

/** Reads CIDRs such as `127.0.0.0/8`; a plain address is a network of one. Throws an error with the invalid text. */
export function parseNetworks(cidrs: readonly string[]): Network[] {
  return cidrs.map((text) => {
    try {
      if (text.includes("/")) return ipaddr.parseCIDR(text);
      const address = ipaddr.parse(text);
      return [address, address.kind() === "ipv4" ? 32 : 128];
    } catch {
      throw new RangeError(`"${text}" is not a network such as 10.0.0.0/8 or ::1/128`);
    }
  });
}

/**
 * Why a webhook must not reach this address, as the name of its range, or undefined if it may. Only globally
 * routable unicast is allowed; for an IPv6 address that embeds an IPv4 one (mapped, NAT64, 6to4, Teredo) the
 * embedded one is checked as well, as it would otherwise bypass the check.
 */
export function forbiddenRange(text: string, allowed: readonly Network[]): string | undefined {
  const address = ipaddr.parse(text);
  const carried = address.kind() === "ipv6" ? carriedIPv4(address as ipaddr.IPv6) : undefined;
  const judged = carried === undefined ? [address] : [carried];
  for (const candidate of [address, ...judged]) {
    if (allowed.some((network) => contains(network, candidate))) return undefined;
  }
  for (const candidate of judged) {
    const range = rangeOf(candidate);
    if (range !== undefined) return range;
  }
  return undefined;
}

/** IPv6 space that is allocated for the public internet (IANA, IPv6 global unicast). */
const publicIPv6 = ipaddr.parseCIDR("2000::/3");

/**
 * Metadata addresses of clouds: that of nearly all of them, AWS's for IPv6, and Azure's WireServer, which is
 * in a public range (learn.microsoft.com, "What is IP address 168.63.129.16").
 */
const metadataAddresses: ReadonlySet<string> = new Set(["169.254.169.254", "fd00:ec2::254", "168.63.129.16"]);

function rangeOf(address: Address): string | undefined {
  if (metadataAddresses.has(address.toString())) return "metadata";
  const range = address.range();
  if (range !== "unicast") return range;
  // A range that the library has no name for is not necessarily public.
  return address.kind() === "ipv4" || contains(publicIPv6, address) ? undefined : "reserved";
}

function contains([network, bits]: Network, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

const nat64 = ipaddr.parseCIDR("64:ff9b::/96");

/** The IPv4 address inside an IPv6 one: `::ffff:a.b.c.d`, `::a.b.c.d`, `64:ff9b::/96`, `2002::/16`, Teredo's client. */
function carriedIPv4(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const bytes = address.toByteArray();
  const at = (start: number) => new ipaddr.IPv4(bytes.slice(start, start + 4));
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const zeros = bytes.slice(0, 12).every((byte) => byte === 0);
  if (zeros && bytes.slice(12).some((byte) => byte > 1)) return at(12);
  // Only under the well-known prefix are the last four bytes the destination; 64:ff9b:1::/48 (RFC 8215) is local.
  if (contains(nat64, address)) return at(12);
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return at(2);
  if (bytes[0] === 0x20 && bytes[1] === 0x01 && bytes[2] === 0 && bytes[3] === 0) {
    return new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff));
  }
  return undefined;
}
