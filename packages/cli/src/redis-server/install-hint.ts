/** What is known about a machine without Redis. */
export interface Machine {
  platform: NodeJS.Platform;
  /** `ID` and `ID_LIKE` of `/etc/os-release`, empty elsewhere. */
  distributions: readonly string[];
  isRoot: boolean;
}

const byDistribution: readonly (readonly [ids: readonly string[], command: string])[] = [
  [["debian", "ubuntu"], "apt-get install -y redis-tools"],
  [["fedora", "rhel", "centos", "amzn"], "dnf install -y valkey || dnf install -y redis"],
  [["arch"], "pacman -S --noconfirm valkey"],
  [["alpine"], "apk add redis"],
  [["suse", "opensuse"], "zypper install -y valkey"],
];

const docker = "docker run -d -p 127.0.0.1:6379:6379 redis:8 --appendonly yes --maxmemory-policy noeviction";

/**
 * A command that installs Redis on this machine, for a person to paste.
 * On unknown systems it starts a container, to which `REDIS_URL` must point.
 */
export function installHint(machine: Machine): string {
  if (machine.platform === "darwin") return "brew install redis";
  const known = byDistribution.find(([ids]) => ids.some((id) => machine.distributions.includes(id)));
  if (machine.platform !== "linux" || known === undefined) {
    return `${docker}   (then set REDIS_URL=redis://127.0.0.1:6379)`;
  }
  const command = known[1];
  if (machine.isRoot) return command;
  return command.replaceAll(/(^|\|\| )/g, "$1sudo ");
}

/** The ids of a distribution, from the text of `/etc/os-release`: its own first, then those it is like. */
export function parseOsRelease(text: string): string[] {
  const value = (key: string): string[] => {
    const line = text.split("\n").find((each) => each.startsWith(`${key}=`));
    const unquoted = line?.slice(key.length + 1).replaceAll(/["']/g, "");
    return unquoted?.split(/\s+/).filter(Boolean) ?? [];
  };
  return [...value("ID"), ...value("ID_LIKE")];
}
