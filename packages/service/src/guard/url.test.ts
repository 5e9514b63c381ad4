import { AppError } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { addressPolicy } from "./policy.ts";
import { assertAllowedUrl, checkUrl } from "./url.ts";

const strict = addressPolicy({});
const code = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!AppError.is(error)) throw error;
    return error.code;
  }
};

describe("a literal is seen through in every spelling", () => {
  test.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://127.1./",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "http://127.0.0.1%2e/",
    "http://0/",
    "http://0.0.0.0:8080/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fd00:ec2::254]/latest/meta-data",
    "http://169.254.169.254/latest/meta-data",
    "http://0xa9fea9fe/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://[ff02::1]/",
    "http://198.18.0.1/",
    "http://240.0.0.1/",
    "https://10.0.0.1:8443/",
  ])("%s", (url) => {
    expect(code(() => checkUrl(url, strict))).toBe("forbidden_address");
  });
});

describe("a URL", () => {
  test.each([
    "",
    "example.com/hook",
    "//example.com",
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "unix:/var/run/docker.sock",
    "http://user@example.com/",
    "http://user:secret@example.com/",
    "http://:secret@example.com/",
    "http://[::1/",
    "http://example.com:99999/",
    `https://example.com/${"a".repeat(2048)}`,
  ])("%s is refused as input", (url) => {
    expect(code(() => checkUrl(url, strict))).toBe("invalid_input");
  });

  test.each([
    "http://example.com/hook",
    "https://example.com:8443/h?k=v",
    "https://93.184.216.34/",
    "https://bücher.example/",
  ])("%s is taken", (url) => {
    expect(checkUrl(url, strict).href).toContain("://");
  });

  test("a refusal names the range and the way to allow it, and never the credentials", () => {
    expect(() => checkUrl("http://10.0.0.1/", strict)).toThrow(
      /10\.0\.0\.1 in the private range.*WEBHOOK_ALLOW_NETWORKS/,
    );
    expect(() => checkUrl("http://me:hush@example.com/", strict)).not.toThrow(/hush/);
  });

  test("ports are free unless the operator lists them", () => {
    const listed = addressPolicy({ WEBHOOK_ALLOW_PORTS: ["443", "8443"] });
    expect(code(() => checkUrl("https://example.com/", listed))).toBeUndefined();
    expect(code(() => checkUrl("https://example.com:8443/", listed))).toBeUndefined();
    expect(code(() => checkUrl("http://example.com/", listed))).toBe("forbidden_address");
    expect(code(() => checkUrl("https://example.com:22/", listed))).toBe("forbidden_address");
    expect(code(() => checkUrl("http://example.com:6379/", strict))).toBeUndefined();
  });
});

describe("the operator's settings", () => {
  test.each([
    { WEBHOOK_ALLOW_PORTS: ["web"] },
    { WEBHOOK_ALLOW_PORTS: ["0"] },
    { WEBHOOK_ALLOW_PORTS: ["70000"] },
    { WEBHOOK_ALLOW_NETWORKS: ["10.0.0.0/40"] },
  ])("%j is no configuration", (config) => {
    expect(code(() => addressPolicy(config))).toBe("configuration");
  });
});

describe("at kickoff", () => {
  test.each(["http://localhost/", "http://localhost./", "http://LOCALHOST:3000/", "http://app.localhost/"])(
    "%s is resolved and refused",
    async (url) => {
      await expect(assertAllowedUrl(url, strict)).rejects.toMatchObject({ code: "forbidden_address" });
      const open = addressPolicy({ WEBHOOK_ALLOW_NETWORKS: ["127.0.0.0/8", "::1/128"] });
      await expect(assertAllowedUrl(url, open)).resolves.toBeInstanceOf(URL);
    },
  );

  test("a name that does not resolve yet is let through: the delivery asks again", async () => {
    await expect(assertAllowedUrl("http://no-such-name.invalid/", strict)).resolves.toBeInstanceOf(URL);
  });
});
