import { lookup as resolve, type LookupAddress, type LookupOptions } from "node:dns";
import { forbiddenRange } from "./address.ts";
import type { AddressPolicy } from "./policy.ts";
import { checkAddress } from "./url.ts";

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;
export type GuardedLookup = (hostname: string, options: LookupOptions, callback: LookupCallback) => void;

/**
 * A resolver for the connection itself that returns only allowed addresses. The socket connects to what this
 * returns, so DNS rebinding after the kickoff's check has no effect.
 * Node does not resolve literals: those are checked beforehand, in `checkUrl`.
 */
export function guardedLookup(policy: AddressPolicy, resolver: typeof resolve = resolve): GuardedLookup {
  return (hostname, options, callback) => {
    resolver(hostname, { ...options, all: true }, (error, answers) => {
      if (error !== null) return callback(error, []);
      const allowed = answers.filter(({ address }) => forbiddenRange(address, policy.networks) === undefined);
      const first = allowed[0];
      if (first === undefined) {
        try {
          for (const { address } of answers) checkAddress(address, policy, hostname);
        } catch (forbidden) {
          return callback(forbidden as NodeJS.ErrnoException, []);
        }
        return callback(Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" }), []);
      }
      return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
}
