import { generateSecrets } from "../start/secrets.ts";
import { expect, test } from "vitest";
import { secretFindings } from "./secret-findings.ts";

const { ENCRYPTION_KEY: key, WEBHOOK_SIGNING_SECRET: signing } = generateSecrets();
const findings = (ENCRYPTION_KEY?: string, WEBHOOK_SIGNING_SECRET?: string) =>
  secretFindings({ ENCRYPTION_KEY, WEBHOOK_SIGNING_SECRET });

test("what a process takes is good, with blanks and commas as people write them", () => {
  for (const found of [findings(key, signing), findings(` ${key} ,`, `,${signing}`)]) {
    expect(found.map(({ state, found }) => [state, found])).toEqual([
      ["ok", "set"],
      ["ok", "set"],
    ]);
  }
  expect(findings(`${key}, ${key}`, signing)[0]).toMatchObject({ state: "ok", found: "2, rotating" });
});

test("what stops a process at its start is bad here, named by its place", () => {
  expect(findings()).toMatchObject([
    { state: "bad", found: "missing" },
    { state: "bad", found: "missing" },
  ]);
  const [encryption, secret] = findings(`${key},s3cret`, "whsec_short");
  expect(encryption).toMatchObject({
    state: "bad",
    found: "secret 2 of 2 must be base64 of 32 bytes (openssl rand -base64 32)",
  });
  expect(secret).toMatchObject({ state: "bad", found: expect.stringMatching(/^must be whsec_ and base64/) as string });
  expect(JSON.stringify([encryption, secret])).not.toMatch(/s3cret|whsec_short/);
});
