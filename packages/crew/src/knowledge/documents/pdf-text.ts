import { errorMessage } from "@crewstream/contracts";
import { deadline, DocumentFault, documentLimits } from "./limits.ts";

/**
 * The text of a PDF, with an empty line between pages.
 * Throws {@link DocumentFault} if it is encrypted, damaged, over the limits, or without text (scanned).
 */
export async function pdfText(bytes: Uint8Array): Promise<string> {
  // The library takes 100 ms to load: projects without a PDF do not load it.
  const { getDocumentProxy } = await import("unpdf");
  const inTime = deadline();
  try {
    // The library takes ownership of the buffer it is given.
    const document = await getDocumentProxy(Uint8Array.from(bytes), { stopAtErrors: true, verbosity: 0 });
    if (document.numPages > documentLimits.pages) {
      throw new DocumentFault(`has ${document.numPages} pages; at most ${documentLimits.pages} are read`);
    }
    const pages: string[] = [];
    let length = 0;
    for (let number = 1; number <= document.numPages; number += 1) {
      const { items } = await (await document.getPage(number)).getTextContent();
      const text = items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join("");
      length += text.length;
      if (length > documentLimits.characters) throw tooLong();
      if (text.trim() !== "") pages.push(text.trim());
      inTime();
    }
    if (pages.length === 0) throw new DocumentFault("contains no text: its pages are images");
    return pages.join("\n\n");
  } catch (error) {
    throw asFault(error);
  }
}

function asFault(error: unknown): DocumentFault {
  if (error instanceof DocumentFault) return error;
  if (error instanceof Error && error.name === "PasswordException") return new DocumentFault("is encrypted");
  return new DocumentFault(`is not a valid PDF: ${errorMessage(error)}`);
}

function tooLong(): DocumentFault {
  return new DocumentFault(`contains more than ${documentLimits.characters} characters`);
}
