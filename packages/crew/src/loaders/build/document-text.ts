import { posix } from "node:path";
import { errorMessage } from "@crewstream/contracts";
import { DocumentFault, documentLimits } from "../../knowledge/documents/limits.ts";
import { pdfText } from "../../knowledge/documents/pdf-text.ts";
import { rowsText } from "../../knowledge/documents/rows-text.ts";
import { sheetText } from "../../knowledge/documents/sheet-text.ts";
import { parseCsv } from "../../tools/builtin/csv.ts";
import { htmlText } from "../../tools/builtin/html-text.ts";
import type { Place } from "../finding.ts";
import type { Project } from "../project.ts";

/** Source types whose documents are files. */
export const fileTypes = ["text_file", "csv", "json", "pdf", "excel", "docling"] as const;
export type FileType = (typeof fileTypes)[number];

/** What a docling source names, by the ending of the file's name. */
const endings: Readonly<Record<string, Exclude<FileType, "docling"> | "html">> = {
  ".pdf": "pdf",
  ".xlsx": "excel",
  ".csv": "csv",
  ".json": "json",
  ".html": "html",
  ".htm": "html",
  ".md": "text_file",
  ".txt": "text_file",
};

/** A document's text as agents are told it; undefined, with a finding, when it cannot be read. */
export async function documentText(
  project: Project,
  { file, type }: { file: string; type: FileType },
  at: Place,
): Promise<string | undefined> {
  const form = type === "docling" ? endings[posix.extname(file).toLowerCase()] : type;
  if (form === undefined) {
    project.findings.error(
      at,
      `${JSON.stringify(file)} is not read here; what is: ${Object.keys(endings).join(", ")}`,
      "save its text as .txt, .md or .pdf",
    );
    return undefined;
  }
  const bytes = await project.dir.bytes(file, at, documentLimits.bytes);
  if (bytes === undefined) return undefined;
  try {
    return await textIn(form, bytes);
  } catch (error) {
    const reason = error instanceof DocumentFault ? error.message : `cannot be read: ${errorMessage(error)}`;
    project.findings.error(at, `the document ${JSON.stringify(file)} ${reason}`);
    return undefined;
  }
}

function textIn(form: Exclude<FileType, "docling"> | "html", bytes: Buffer): string | Promise<string> {
  switch (form) {
    case "pdf":
      return pdfText(bytes);
    case "excel":
      return sheetText(bytes);
    case "html":
      return htmlText(plain(bytes));
    case "csv":
      return rowsText(parseCsv(plain(bytes)));
    case "json":
      return jsonText(plain(bytes));
    case "text_file":
      return plain(bytes);
    default:
      return form satisfies never;
  }
}

function plain(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function jsonText(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DocumentFault(`is no JSON: ${errorMessage(error)}`);
  }
  return lines(value, "").join("\n");
}

/** Objects with the names of their fields at each value. */
function lines(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [`${path === "" ? "" : `${path}: `}${String(value)}`];
  return Object.entries(value).flatMap(([key, inner]) => lines(inner, path === "" ? key : `${path}.${key}`));
}
