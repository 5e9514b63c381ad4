import type { Crew } from "@crewstream/crew";
import { testContext } from "@crewstream/crew/testing";
import { describe, expect, test } from "vitest";
import { checkProject, readProject } from "../load-project.ts";
import { soundCrew, testProject } from "../testing/test-project.ts";

describe("knowledge of a project", () => {
  const withSources = (...sources: object[]) => ({
    ...soundCrew,
    "agents/writer.json": {
      ...soundCrew["agents/writer.json"],
      knowledge_sources: sources,
      knowledge_config: { results_limit: 2 },
    },
    "knowledge/prefs.txt": "The reader likes short texts.",
    "knowledge/people.csv": "name,town\nAda,London\n",
    "knowledge/data.json": { team: { lead: "Grace" } },
  });

  test("can be text, files in knowledge/, CSV and JSON with field names", async () => {
    await using project = await testProject(
      withSources(
        { source_type: "string", content: "Inline.", chunk_size: 10, chunk_overlap: 0 },
        { source_type: "text_file", file_paths: ["prefs.txt"] },
        { source_type: "csv", file_paths: "knowledge/people.csv" },
        { source_type: "json", file_path: "data.json", metadata: { a: 1 } },
      ),
    );
    const { automation, findings } = await readProject(project.dir);
    expect(findings).toEqual([]);
    expect((automation as Crew).definition.agents["writer"]).toMatchObject({
      knowledgeLimit: 2,
      knowledge: [
        { name: "text", text: "Inline.", chunkSize: 10, chunkOverlap: 0 },
        { name: "prefs.txt", text: "The reader likes short texts." },
        { name: "knowledge/people.csv", text: "name: Ada, town: London" },
        { name: "data.json", text: "team.lead: Grace" },
      ],
    });
    expect(await (automation as Crew).run(testContext())).toMatchObject({ state: "SUCCESS" });
  });

  test("that cannot be read is rejected with its location and the reason", async () => {
    await using project = await testProject(
      withSources(
        { source_type: "text_file", file_paths: ["a.pdf/b.txt"] },
        { source_type: "text_file", file_paths: ["missing.txt", "../crew.json"] },
        { source_type: "string" },
        { source_type: "csv" },
        { source_type: "string", content: "x", chunk_size: 5, chunk_overlap: 9 },
      ),
    );
    const findings = await checkProject(project.dir);
    expect(findings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      expect.stringMatching(/knowledge_sources\[0\]\.file_paths\[0\] .*is not a file/),
      expect.stringMatching(/knowledge_sources\[1\]\.file_paths\[0\] .*is not a file/),
      expect.stringMatching(/knowledge_sources\[1\]\.file_paths\[1\] .*must not contain "\.\."/),
      expect.stringMatching(/knowledge_sources\[2\] .*needs "content"/),
      expect.stringMatching(/knowledge_sources\[3\] .*needs "file_paths"/),
      expect.stringMatching(/knowledge_sources\[4\] .*overlap by 9/),
    ]);
  });
});
