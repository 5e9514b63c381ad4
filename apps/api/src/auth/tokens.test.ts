import { describe, expect, it } from "vitest";
import { AccessTokens } from "./tokens.ts";

describe("AccessTokens", () => {
  it("accepts a plain token, a named one, and one with fewer scopes", () => {
    const tokens = new AccessTokens("plain, ci:secret1 ,ops:secret2:read+admin");
    expect(tokens.identify("plain")).toMatchObject({ name: "token-1", scopes: new Set(["kickoff", "read", "admin"]) });
    expect(tokens.identify("secret1")?.name).toBe("ci");
    expect(tokens.identify("secret2")?.scopes).toEqual(new Set(["read", "admin"]));
  });

  it("rejects a part, the name or another spelling of a token", () => {
    const tokens = new AccessTokens("ops:secret2:read");
    for (const wrong of ["", "ops", "secret", "SECRET2", "secret2 ", "ops:secret2:read"]) {
      expect(tokens.identify(wrong)).toBeUndefined();
    }
  });

  it.each([
    ["", "no token"],
    ["a,a", "twice"],
    ["a:b:c:d", "item 1"],
    ["good,:b", "item 2"],
    ["ops:hush:write", "write"],
  ])("refuses %j without showing a token", (text, reason) => {
    expect(() => new AccessTokens(text)).toThrow(reason);
    expect(() => new AccessTokens(text)).not.toThrow("hush");
  });
});
