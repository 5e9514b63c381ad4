import { extname } from "node:path";
import { errorMessage } from "@crewstream/contracts";
import { parseCsv } from "../../tools/builtin/csv.ts";
import { htmlText } from "../../tools/builtin/html-text.ts";
import { DocumentFault } from "./limits.ts";
import { pdfText } from "./pdf-text.ts";
import { rowsText } from "./rows-text.ts";
import { sheetText } from "./sheet-text.ts";

export type DocumentForm = "text_file" | "csv" | "json" | "pdf" | "excel" | "html";

const forms: Readonly<Record<string, DocumentForm>> = {
  ".pdf": "pdf",
  ".xlsx": "excel",
  ".csv": "csv",
  ".json": "json",
  ".html": "html",
  ".htm": "html",
  ".xml": "html",
  ".md": "text_file",
  ".mdx": "text_file",
  ".txt": "text_file",
};

/** Supported file extensions. */
export const documentEndings: readonly string[] = Object.keys(forms);

/** The document format by file extension; undefined if it is not supported. */
export function formOf(name: string): DocumentForm | undefined {
  return forms[extname(name).toLowerCase()];
}

/** Extracts a document's text. Throws {@link DocumentFault} with the reason if there is none. */
export function textOf(form: DocumentForm, bytes: Buffer): string | Promise<string> {
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

/** Objects as `field: value` lines, with the path of each value. */
function lines(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [`${path === "" ? "" : `${path}: `}${String(value)}`];
  return Object.entries(value).flatMap(([key, inner]) => lines(inner, path === "" ? key : `${path}.${key}`));
}
