import { posix } from "node:path";
import type { KnowledgeSource } from "@crewstream/crew";
import { formOf } from "@crewstream/crew/parts";
import type { Location } from "../finding.ts";
import { bases, type Project } from "../project.ts";
import { projectDocument } from "./project-document.ts";

/**
 * A document of the project, or everything readable in one of its folders, by a path as tools are given it. Undefined
 * if the project has none there: the path is then one in the run's directory.
 */
export async function projectSources(
  project: Project,
  path: string,
  at: Location,
): Promise<KnowledgeSource[] | undefined> {
  if (path.split(/[/\\]/).includes("..") || posix.isAbsolute(path)) return undefined;
  for (const base of bases(project)) {
    for (const place of [posix.join(base, path), posix.join(base, "knowledge", path)]) {
      const kind = await project.dir.kindOf(place);
      if (kind === undefined) continue;
      const inFolder = kind === "folder" ? (await project.dir.names(place)).map((name) => posix.join(place, name)) : [];
      return read(project, kind === "file" ? [place] : inFolder.filter((file) => formOf(file) !== undefined), at);
    }
  }
  return undefined;
}

async function read(project: Project, files: readonly string[], at: Location): Promise<KnowledgeSource[]> {
  const sources: KnowledgeSource[] = [];
  for (const file of files) {
    const text = await projectDocument(project, { file }, at);
    if (text !== undefined) sources.push({ name: file, text });
  }
  return sources;
}
