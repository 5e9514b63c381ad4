import { newExecutionId } from "@crewstream/contracts";
import { createCipher, Secret } from "@crewstream/service";
import { expect, test } from "vitest";
import { openSubscriptionSecrets, sealSubscriptionSecrets } from "./secrets.ts";

const key = (byte: number): string => Buffer.alloc(32, byte).toString("base64");
const cipherOf = (...keys: string[]) => createCipher(keys.map((key) => new Secret(key)));
const configuration: unknown = expect.objectContaining({ code: "configuration" });
const address = { executionId: newExecutionId(), feed: 1 };
const secrets = {
  authentication: { strategy: "bearer" as const, token: "hush-hush" },
  signingSecret: `whsec_${key(3)}`,
};

test("an encrypted secret reveals nothing, and can be decrypted for its own feed only", () => {
  const cipher = cipherOf(key(1));
  const sealed = sealSubscriptionSecrets(cipher, address, secrets) ?? "";
  expect(sealed).not.toContain("hush");
  expect(openSubscriptionSecrets(cipher, address, sealed)).toEqual(secrets);
  expect(() => openSubscriptionSecrets(cipher, { ...address, feed: 2 }, sealed)).toThrow(configuration);
  expect(() => openSubscriptionSecrets(cipher, { ...address, executionId: newExecutionId() }, sealed)).toThrow(
    configuration,
  );
  expect(sealSubscriptionSecrets(cipher, address, secrets)).not.toBe(sealed);
});

test("an old key that is listed still decrypts; a missing one is a configuration error", () => {
  const sealed = sealSubscriptionSecrets(cipherOf(key(1)), address, secrets);
  expect(openSubscriptionSecrets(cipherOf(key(2), key(1)), address, sealed)).toEqual(secrets);
  expect(() => openSubscriptionSecrets(cipherOf(key(2)), address, sealed)).toThrow(configuration);
});

test("without secrets nothing is stored", () => {
  const cipher = cipherOf(key(1));
  expect(sealSubscriptionSecrets(cipher, address, {})).toBeUndefined();
  expect(openSubscriptionSecrets(cipher, address, undefined)).toEqual({});
});
