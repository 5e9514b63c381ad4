import { errorMessage } from "@crewstream/contracts";
import {
  documentEndings,
  DocumentFault,
  type DocumentForm,
  documentLimits,
  formOf,
  textOf,
} from "@crewstream/crew/parts";
import type { Location } from "../finding.ts";
import type { Project } from "../project.ts";

/**
 * The text of a project's document, in the given format or that of its extension; undefined, with a finding, if it
 * cannot be read.
 */
export async function projectDocument(
  project: Project,
  { file, form = formOf(file) }: { file: string; form?: DocumentForm | undefined },
  at: Location,
): Promise<string | undefined> {
  if (form === undefined) {
    project.findings.error(
      at,
      `${JSON.stringify(file)} is not supported; supported are: ${documentEndings.join(", ")}`,
      "save its text as .txt, .md or .pdf",
    );
    return undefined;
  }
  const bytes = await project.dir.bytes(file, at, documentLimits.bytes);
  if (bytes === undefined) return undefined;
  try {
    return await textOf(form, bytes);
  } catch (error) {
    const reason = error instanceof DocumentFault ? error.message : `cannot be read: ${errorMessage(error)}`;
    project.findings.error(at, `the document ${JSON.stringify(file)} ${reason}`);
    return undefined;
  }
}
