import type { LookupAddress } from "node:dns";
import { describe, expect, test } from "vitest";
import { guardedLookup, type GuardedLookup } from "./lookup.ts";
import { addressPolicy } from "./policy.ts";

type Answer = string[] | Error;

/** A resolver that gives the next of these answers each time it is asked. */
function resolverOf(...answers: Answer[]): Parameters<typeof guardedLookup>[1] {
  const left = [...answers];
  const resolve = (
    _name: string,
    _options: unknown,
    callback: (error: Error | null, found: LookupAddress[]) => void,
  ): void => {
    const answer = left.shift() ?? [];
    if (answer instanceof Error) callback(answer, []);
    else
      callback(
        null,
        answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
  };
  return resolve as unknown as Parameters<typeof guardedLookup>[1];
}

function ask(lookup: GuardedLookup, all: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    lookup("hook.example", { all }, (error, address) => {
      if (error === null) resolve(address);
      else reject(error);
    });
  });
}

const policy = addressPolicy({});

describe("the resolver of a connection", () => {
  test("answers with public addresses, in either form that sockets ask for", async () => {
    const lookup = guardedLookup(policy, resolverOf(["93.184.216.34"], ["93.184.216.34", "2606:4700::1111"]));
    expect(await ask(lookup, false)).toBe("93.184.216.34");
    expect(await ask(lookup, true)).toEqual([
      { address: "93.184.216.34", family: 4 },
      { address: "2606:4700::1111", family: 6 },
    ]);
  });

  test.each(["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254", "::ffff:10.0.0.1", "100.64.0.9"])(
    "refuses a name that is %s",
    async (address) => {
      const refused = ask(guardedLookup(policy, resolverOf([address])), true);
      await expect(refused).rejects.toMatchObject({ code: "forbidden_address" });
      await expect(refused).rejects.toThrow(/hook\.example/);
    },
  );

  test("takes the forbidden out of a mixed answer, so that the socket cannot choose it", async () => {
    const lookup = guardedLookup(policy, resolverOf(["10.0.0.1", "93.184.216.34"], ["::1", "1.1.1.1"]));
    expect(await ask(lookup, true)).toEqual([{ address: "93.184.216.34", family: 4 }]);
    expect(await ask(lookup, false)).toBe("1.1.1.1");
  });

  test("checks every answer: a name that was public and becomes private is rejected", async () => {
    const lookup = guardedLookup(policy, resolverOf(["93.184.216.34"], ["127.0.0.1"]));
    await expect(ask(lookup, true)).resolves.toHaveLength(1);
    await expect(ask(lookup, true)).rejects.toMatchObject({ code: "forbidden_address" });
  });

  test("passes on that a name has no address, or cannot be resolved", async () => {
    const failure = Object.assign(new Error("not found"), { code: "ENOTFOUND" });
    const lookup = guardedLookup(policy, resolverOf([], failure));
    await expect(ask(lookup, true)).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(ask(lookup, true)).rejects.toMatchObject({ code: "ENOTFOUND" });
  });
});
