import { describe, expect, test } from "vitest";
import type { Automation } from "./run-context.ts";
import { eventProblems, testContext } from "./testing/index.ts";

/** An example, loaded the way a worker loads it: by its path, from its default export. */
async function example(name: string): Promise<Automation> {
  const url = new URL(`../../../examples/${name}.ts`, import.meta.url).href;
  const module = (await import(url)) as { default: Automation };
  return module.default;
}

const releaseNotes = await example("release_notes");
const researchCrew = await example("research_crew");

const oneline = `abc1234 (HEAD -> main) feat(api)!: drop v1
def5678 fix: a leak
0123456 Merge things
89abcde perf(core): be quick`;

const full = `commit 1111111aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
Author: A <a@example.com>
Date:   Mon Nov 23 10:00:00 2026 +0000

    feat: stream everything

    A long body.

    BREAKING CHANGE: the old
    endpoint is gone

commit 2222222bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
Author: B <b@example.com>

    docs(readme): say how
`;

async function notes(git_log: string, version?: string) {
  const context = testContext({ inputs: { git_log, ...(version === undefined ? {} : { version }) } });
  const outcome = await releaseNotes.run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  return { text: outcome.state === "SUCCESS" ? outcome.result : outcome.state, types: context.sink.types() };
}

describe("release_notes", () => {
  test("groups a one-line log, breaking changes first", async () => {
    const { text, types } = await notes(oneline, "2.0.0");
    expect(text).toBe(
      [
        "## 2.0.0\n\n### Breaking changes\n\n- **api:** drop v1 (abc1234)",
        "### Features\n\n- **api:** drop v1 (abc1234)",
        "### Fixes\n\n- a leak (def5678)",
        "### Performance\n\n- **core:** be quick (89abcde)",
        "### Other changes\n\n- Merge things (0123456)",
      ].join("\n\n"),
    );
    expect(types).toContain("breaking_changes_found");
  });

  test("reads the full form and its footers", async () => {
    const { text } = await notes(full);
    expect(text).toContain("### Breaking changes\n\n- stream everything (1111111)\n  the old endpoint is gone");
    expect(text).toContain("### Documentation\n\n- **readme:** say how (2222222)");
  });

  test("takes the simple path without breaking changes, and reports when there is nothing", async () => {
    expect((await notes("abc1234 fix: it")).text).toBe("## Unreleased\n\n### Fixes\n\n- it (abc1234)");
    expect((await notes("")).text).toBe("## Unreleased\n\nNo changes.");
  });
});

test("research_crew finds facts and passes them on", async () => {
  const context = testContext({ inputs: { topic: "webhooks" } });
  const outcome = await researchCrew.run(context);
  expect(outcome).toMatchObject({ state: "SUCCESS", result: expect.stringContaining("ids they have seen") as unknown });
  expect(eventProblems(context.sink.events)).toEqual([]);
  expect(researchCrew.required).toEqual(["topic"]);
});
