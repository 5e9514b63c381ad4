import type { Crew } from "@crewstream/crew";
import { birds, pdf, workbook, zip } from "@crewstream/crew/testing";
import { describe, expect, test } from "vitest";
import { checkProject, readProject } from "../load-project.ts";
import { soundCrew, testProject } from "../testing/test-project.ts";

describe("documents of a project", () => {
  const withSources = (...sources: object[]) => ({
    ...soundCrew,
    "agents/writer.json": { ...soundCrew["agents/writer.json"], knowledge_sources: sources },
    "knowledge/page.html": "<title>Birds</title><p>Geese honk.</p>",
  });

  test("are read by type, and for docling by their extension", async () => {
    await using project = await testProject({
      ...withSources(
        { source_type: "pdf", file_paths: ["a.pdf"] },
        { source_type: "excel", file_paths: ["b.xlsx"] },
        { source_type: "docling", file_paths: ["a.pdf", "page.html"] },
      ),
      "knowledge/a.pdf": pdf("Geese fly south."),
      "knowledge/b.xlsx": zip(workbook(birds)),
    });
    const { automation, findings } = await readProject(project.dir);
    expect(findings).toEqual([]);
    const texts = (automation as Crew).definition.agents["writer"]?.knowledge?.map(({ text }) => text);
    expect(texts).toEqual([
      "Geese fly south.",
      "Birds\nbird: goose, weight: 4\nbird: duck, weight: 1.5",
      "Geese fly south.",
      expect.stringContaining("Geese honk.") as string,
    ]);
  });

  test("that cannot be read are rejected with their location and the reason", async () => {
    await using project = await testProject({
      ...withSources(
        { source_type: "pdf", file_paths: ["page.html"] },
        { source_type: "docling", file_paths: ["https://example.com/a.pdf", "talk.pptx"] },
      ),
    });
    const findings = await checkProject(project.dir);
    expect(findings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      expect.stringMatching(/knowledge_sources\[0\]\.file_paths\[0\] .*is not a valid PDF/),
      expect.stringMatching(/knowledge_sources\[1\]\.file_paths\[0\] .*without network access/),
      expect.stringMatching(/knowledge_sources\[1\]\.file_paths\[1\] .*\.pptx.* is not supported/),
    ]);
  });
});
