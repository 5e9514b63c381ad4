import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Network = [Address, number];

/** Reads CIDRs such as `127.0.0.0/8`; a plain address is a network of one. Throws with the text that does not parse. */
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
 * Why a webhook must not reach this address, as the name of its range, or undefined when it may. Only globally
 * routable unicast is allowed; an IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4, Teredo) is judged by the
 * one it carries as well, or it would be a way around.
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

/** All that is handed out of IPv6 for the public internet (IANA, IPv6 global unicast). */
const publicIPv6 = ipaddr.parseCIDR("2000::/3");

/**
 * Addresses at which clouds tell a machine about itself: nearly all of them, AWS by IPv6, and Azure's WireServer, which is
 * an address of the public range (learn.microsoft.com, "What is IP address 168.63.129.16").
 */
const metadataAddresses: ReadonlySet<string> = new Set(["169.254.169.254", "fd00:ec2::254", "168.63.129.16"]);

function rangeOf(address: Address): string | undefined {
  if (metadataAddresses.has(address.toString())) return "metadata";
  const range = address.range();
  if (range !== "unicast") return range;
  // What the library has no name for is not public because of that.
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
  // Only under the well-known prefix do the last four bytes tell where it goes; 64:ff9b:1::/48 (RFC 8215) is local.
  if (contains(nat64, address)) return at(12);
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return at(2);
  if (bytes[0] === 0x20 && bytes[1] === 0x01 && bytes[2] === 0 && bytes[3] === 0) {
    return new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff));
  }
  return undefined;
}
