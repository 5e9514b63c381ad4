import { expect, test } from "vitest";
import { installHint, parseOsRelease } from "./install-hint.ts";

test.each([
  ["darwin", [], false, /^brew install redis$/],
  ["linux", ["debian"], false, /^sudo apt-get install -y redis-tools$/],
  ["linux", ["linuxmint", "ubuntu", "debian"], true, /^apt-get install -y redis-tools$/],
  ["linux", ["rocky", "rhel", "fedora"], false, /^sudo dnf install -y valkey \|\| sudo dnf install -y redis$/],
  ["linux", ["arch"], false, /^sudo pacman -S --noconfirm valkey$/],
  ["linux", ["nixos"], false, /^docker run .*REDIS_URL/],
  ["win32", [], false, /^docker run .*REDIS_URL/],
] as const)("on %s %j (root: %j) it is %s", (platform, distributions, isRoot, expected) => {
  expect(installHint({ platform, distributions, isRoot })).toMatch(expected);
});

test("reads what a distribution calls itself and is like", () => {
  expect(parseOsRelease('NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n')).toEqual([
    "rocky",
    "rhel",
    "centos",
    "fedora",
  ]);
  expect(parseOsRelease("")).toEqual([]);
});
