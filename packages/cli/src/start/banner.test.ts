import { expect, test } from "vitest";
import { banner } from "./banner.ts";

const facts = {
  url: "http://127.0.0.1:3000",
  dataDir: ".crewstream",
  model: undefined,
  fixes: [],
  served: [{ name: "brief", kind: "crew" as const, inputs: [], required: [] }],
};

test("a token that was generated is shown, ready to paste; one that the operator set is not", () => {
  const generated = banner({ ...facts, token: "cs_made" });
  expect(generated).toContain("Token      cs_made");
  expect(generated).toContain("'Authorization: Bearer cs_made'");
  const given = banner({ ...facts, token: undefined });
  expect(given).toContain("Token      yours, in API_TOKENS");
  expect(given).toContain("'Authorization: Bearer YOUR_TOKEN'");
});

test("without MODEL the banner says that a stand-in answers", () => {
  expect(banner({ ...facts, token: undefined })).toMatch(/Model +offline\/demo, a stand-in/);
  expect(banner({ ...facts, token: undefined, model: "openai/gpt-5-mini" })).toMatch(/Model +openai\/gpt-5-mini$/m);
});

test("what has to be set up first is listed with its command", () => {
  const fixes = [{ name: "poem", fix: "npx crewstream python sync poem" }];
  expect(banner({ ...facts, fixes, token: undefined })).toMatch(
    /Set up first:\n\n {2}poem +npx crewstream python sync poem\n/,
  );
});
