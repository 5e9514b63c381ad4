import { describe, expect, it } from "vitest";
import { hideSecrets } from "./redact.ts";

describe("hideSecrets", () => {
  it("hides a secret at each of three depths, also in lists, and leaves what it was given alone", () => {
    const line = {
      token: "t",
      job: { authentication: { user: "u" }, list: [{ password: "p", port: 1 }] },
      ok: "yes",
    };
    const before = structuredClone(line);
    expect(hideSecrets(line)).toEqual({
      token: "[secret]",
      job: { authentication: "[secret]", list: [{ password: "[secret]", port: 1 }] },
      ok: "yes",
    });
    expect(line).toEqual(before);
  });

  it("passes on a line without secrets as it is", () => {
    const line = { status: 200, tokens: 3, nothing: null, nested: { at: 1 } };
    expect(hideSecrets(line)).toBe(line);
  });

  it("leaves errors and what turns itself into text to their own serializers", () => {
    const line = { err: new Error("no"), at: new Date(0) };
    expect(hideSecrets(line)).toBe(line);
  });
});
