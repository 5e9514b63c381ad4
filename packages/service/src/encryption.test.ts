import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Secret } from "./config/secret.ts";
import { createCipher } from "./encryption.ts";

const newKey = () => randomBytes(32).toString("base64");

describe("createCipher", () => {
  it("opens what it sealed, in the same context only", () => {
    const cipher = createCipher([new Secret(newKey())]);
    const sealed = cipher.seal("s3cret", "feed 1");
    expect(sealed).not.toContain("s3cret");
    expect(cipher.open(sealed, "feed 1")).toBe("s3cret");
    expect(() => cipher.open(sealed, "feed 2")).toThrow("cannot be decrypted");
  });

  it("opens with an older key that is still listed, and names one that is not", () => {
    const [old, fresh] = [newKey(), newKey()];
    const sealed = createCipher([new Secret(old)]).seal("s3cret", "c");
    expect(createCipher([new Secret(fresh), new Secret(old)]).open(sealed, "c")).toBe("s3cret");
    expect(() => createCipher([new Secret(fresh)]).open(sealed, "c")).toThrow("does not list");
  });

  it("refuses a key of the wrong length without showing it", () => {
    expect(() => createCipher([new Secret("c2hvcnQ=")])).toThrow(/^(?!.*c2hvcnQ=).*32 bytes/);
  });
});
