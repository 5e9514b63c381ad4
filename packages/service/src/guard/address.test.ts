import { describe, expect, test } from "vitest";
import { forbiddenRange, parseNetworks } from "./address.ts";

test.each<[string, string | undefined]>([
  ["93.184.216.34", undefined],
  ["1.1.1.1", undefined],
  ["2606:4700::1111", undefined],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "unspecified"],
  ["10.1.2.3", "private"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.1", undefined],
  ["192.168.1.1", "private"],
  ["169.254.1.1", "linkLocal"],
  ["169.254.169.254", "metadata"],
  ["168.63.129.16", "metadata"],
  ["168.63.129.17", undefined],
  ["::ffff:168.63.129.16", "metadata"],
  ["100.64.0.1", "carrierGradeNat"],
  ["100.127.255.255", "carrierGradeNat"],
  ["100.128.0.1", undefined],
  ["192.0.0.8", "reserved"],
  ["192.0.2.1", "reserved"],
  ["198.18.0.1", "reserved"],
  ["198.51.100.1", "reserved"],
  ["203.0.113.1", "reserved"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["fe80::1", "linkLocal"],
  ["fc00::1", "uniqueLocal"],
  ["fd12:3456::1", "uniqueLocal"],
  ["fd00:ec2::254", "metadata"],
  ["ff02::1", "multicast"],
  ["2001:db8::1", "reserved"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["::ffff:8.8.8.8", undefined],
  ["::ffff:0:7f00:1", "rfc6145"],
  ["::127.0.0.1", "loopback"],
  ["::169.254.169.254", "metadata"],
  ["64:ff9b::7f00:1", "loopback"],
  ["64:ff9b::a9fe:a9fe", "metadata"],
  ["64:ff9b::808:808", undefined],
  // The local NAT64 prefix carries the address elsewhere, here 127.0.0.1, behind a public one at its end.
  ["64:ff9b:1:7f00:0:100:808:808", "rfc6052"],
  ["64:ff9b:1::7f00:1", "rfc6052"],
  ["2002:7f00:1::", "loopback"],
  ["2002:c0a8:101::1", "private"],
  ["2002:808:808::1", undefined],
  // Teredo: the client's address, inverted.
  ["2001:0:4136:e378:8000:63bf:80ff:fffe", "loopback"],
  // Handed out to nobody.
  ["4000::1", "reserved"],
  ["::5:6", "unspecified"],
  ["::101", "reserved"],
])("%s is %s", (address, range) => {
  expect(forbiddenRange(address, [])).toBe(range);
});

describe("allowed networks", () => {
  test.each([
    { cidr: "127.0.0.0/8", address: "127.0.0.1", allowed: true },
    { cidr: "127.0.0.0/8", address: "::ffff:127.0.0.1", allowed: true },
    { cidr: "127.0.0.0/8", address: "64:ff9b::7f00:1", allowed: true },
    { cidr: "127.0.0.0/8", address: "10.0.0.1", allowed: false },
    { cidr: "127.0.0.0/8", address: "::1", allowed: false },
    { cidr: "10.0.0.0/8", address: "10.255.0.1", allowed: true },
    { cidr: "10.20.30.40", address: "10.20.30.40", allowed: true },
    { cidr: "10.20.30.40", address: "10.20.30.41", allowed: false },
    { cidr: "::1", address: "::1", allowed: true },
    { cidr: "fd00::/8", address: "fd12::1", allowed: true },
    { cidr: "fd00::/8", address: "fc12::1", allowed: false },
    { cidr: "0.0.0.0/0", address: "169.254.169.254", allowed: true },
    { cidr: "0.0.0.0/0", address: "::1", allowed: false },
  ])("$cidr opens $address: $allowed", ({ cidr, address, allowed }) => {
    expect(forbiddenRange(address, parseNetworks([cidr])) === undefined).toBe(allowed);
  });

  test.each(["10.0.0.0/33", "10.0.0/8x", "localhost", "", "10.0.0.0/-1", "::/129"])("%j is no network", (text) => {
    expect(() => parseNetworks([text])).toThrow(RangeError);
  });
});
