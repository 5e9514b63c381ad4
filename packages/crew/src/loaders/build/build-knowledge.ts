import { errorMessage } from "@crewstream/contracts";
import { posix } from "node:path";
import { piecesOf, type KnowledgeSource } from "../../knowledge/knowledge.ts";
import { parseCsv } from "../../tools/builtin/csv.ts";
import { within, type Place } from "../finding.ts";
import { bases, type Project } from "../project.ts";
import type { KnowledgeValue } from "../schema/knowledge-schema.ts";
import { present } from "./build-model.ts";

/** The documents that a list of knowledge sources names, without those that cannot be read (each a finding). */
export async function buildKnowledge(
  project: Project,
  values: readonly KnowledgeValue[] | null | undefined,
  at: Place,
): Promise<KnowledgeSource[]> {
  const sources: KnowledgeSource[] = [];
  for (const [index, value] of (values ?? []).entries()) {
    if (!("python" in value)) sources.push(...(await sourcesOf(project, value, within(at, index))));
  }
  return sources;
}

type Described = Exclude<KnowledgeValue, { python: string }>;

async function sourcesOf(project: Project, value: Described, at: Place): Promise<KnowledgeSource[]> {
  const { source_type: type, content } = value;
  const sizes = present({ chunkSize: value.chunk_size, chunkOverlap: value.chunk_overlap });
  const sources: KnowledgeSource[] = [];
  if (type === "string") {
    if (content) sources.push({ name: "text", text: content, ...sizes });
    else project.findings.error(at, 'a source of type "string" needs "content"');
  } else if (type === "text_file" || type === "csv" || type === "json") {
    const single = value.file_path ? [value.file_path] : [];
    const listed = typeof value.file_paths === "string" ? [value.file_paths] : (value.file_paths ?? single);
    if (listed.length === 0) project.findings.error(at, `a source of type ${JSON.stringify(type)} needs "file_paths"`);
    for (const [index, path] of listed.entries()) {
      const place = value.file_paths ? within(at, "file_paths", index) : within(at, "file_path");
      const text = await fileText(project, path, place);
      if (text !== undefined) sources.push({ name: path, text: asProse(project, type, text, place), ...sizes });
    }
  } else {
    project.findings.error(
      within(at, "source_type"),
      `documents of type ${JSON.stringify(type)} are not read by this version`,
      'give their text as "text_file"',
    );
  }
  try {
    for (const source of sources) piecesOf(source);
    return sources;
  } catch (error) {
    project.findings.error(at, errorMessage(error));
    return [];
  }
}

/** A file of knowledge/, where CrewAI looks for them, beside the file that names it or in the project's own folder. */
async function fileText(project: Project, path: string, at: Place): Promise<string | undefined> {
  const named = path.startsWith("knowledge/") ? path : posix.join("knowledge", path);
  if (path.split(/[/\\]/).includes("..")) {
    project.findings.error(at, 'the path must not contain ".."');
    return undefined;
  }
  for (const base of bases(project)) {
    const file = posix.join(base, named);
    if (await project.dir.isFile(file)) return project.dir.text(file, at);
  }
  return project.dir.text(named, at);
}

/** Rows and objects with the names of their fields at each value, so that a piece of them can be understood by itself. */
function asProse(project: Project, type: "text_file" | "csv" | "json", text: string, at: Place): string {
  if (type === "text_file") return text;
  if (type === "csv") {
    const [header = [], ...rows] = parseCsv(text);
    return rows
      .map((row) => row.map((field, index) => `${header[index] ?? index + 1}: ${field}`).join(", "))
      .join("\n");
  }
  try {
    return lines(JSON.parse(text) as unknown, "").join("\n");
  } catch (error) {
    project.findings.error(at, `is no JSON: ${errorMessage(error)}`);
    return "";
  }
}

function lines(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [`${path === "" ? "" : `${path}: `}${String(value)}`];
  return Object.entries(value).flatMap(([key, inner]) => lines(inner, path === "" ? key : `${path}.${key}`));
}
