import { errorMessage } from "@crewstream/contracts";
import { posix } from "node:path";
import type { KnowledgeSource } from "@crewstream/crew";
import { piecesOf } from "@crewstream/crew/parts";
import { within, type Location } from "../finding.ts";
import { findFile, type Project } from "../project.ts";
import type { KnowledgeValue } from "../schema/knowledge-schema.ts";
import { present } from "./build-model.ts";
import { projectDocument } from "./project-document.ts";

/** The documents that a list of knowledge sources names, without unreadable ones (each a finding). */
export async function buildKnowledge(
  project: Project,
  values: readonly KnowledgeValue[] | null | undefined,
  at: Location,
): Promise<KnowledgeSource[]> {
  const sources: KnowledgeSource[] = [];
  for (const [index, value] of (values ?? []).entries()) {
    if (!("python" in value)) sources.push(...(await sourcesOf(project, value, within(at, index))));
  }
  return sources;
}

type Described = Exclude<KnowledgeValue, { python: string }>;

async function sourcesOf(project: Project, value: Described, at: Location): Promise<KnowledgeSource[]> {
  const { source_type: type, content } = value;
  const sizes = present({ chunkSize: value.chunk_size, chunkOverlap: value.chunk_overlap });
  const sources: KnowledgeSource[] = [];
  if (type === "string") {
    if (content) sources.push({ name: "text", text: content, ...sizes });
    else project.findings.error(at, 'a source of type "string" needs "content"');
  } else {
    const single = value.file_path ? [value.file_path] : [];
    const listed = typeof value.file_paths === "string" ? [value.file_paths] : (value.file_paths ?? single);
    if (listed.length === 0) project.findings.error(at, `a source of type ${JSON.stringify(type)} needs "file_paths"`);
    for (const [index, path] of listed.entries()) {
      const place = value.file_paths ? within(at, "file_paths", index) : within(at, "file_path");
      const file = await documentFile(project, path, place);
      const form = type === "docling" ? undefined : type;
      const text = file === undefined ? undefined : await projectDocument(project, { file, form }, place);
      if (text !== undefined) sources.push({ name: path, text, ...sizes });
    }
  }
  try {
    for (const source of sources) piecesOf(source);
    return sources;
  } catch (error) {
    project.findings.error(at, errorMessage(error));
    return [];
  }
}

/** A file of knowledge/, where CrewAI looks for them: next to the file that names it or in the project's own folder. */
async function documentFile(project: Project, path: string, at: Location): Promise<string | undefined> {
  if (/^https?:/i.test(path)) {
    project.findings.error(
      at,
      `${JSON.stringify(path)} is a URL: a project is loaded without network access`,
      "save the page in knowledge/ and name that file, or give the agent ScrapeWebsiteTool",
    );
    return undefined;
  }
  const named = path.startsWith("knowledge/") ? path : posix.join("knowledge", path);
  if (path.split(/[/\\]/).includes("..")) {
    project.findings.error(at, 'the path must not contain ".."');
    return undefined;
  }
  return (await findFile(project, named)) ?? named;
}
