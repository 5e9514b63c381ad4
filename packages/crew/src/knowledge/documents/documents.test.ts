import { describe, expect, test } from "vitest";
import { birds, pdf, workbook, zip } from "../../testing/documents.ts";
import { documentLimits } from "./limits.ts";
import { pdfText } from "./pdf-text.ts";
import { sheetText } from "./sheet-text.ts";

describe("a PDF", () => {
  test("is extracted as the text of its pages", async () => {
    expect(await pdfText(pdf("Geese fly south.", "", "Ducks stay."))).toBe("Geese fly south.\n\nDucks stay.");
  });

  test.each([
    ["without text", pdf(""), "contains no text: its pages are images"],
    ["that is none", Buffer.from("Geese"), "is not a valid PDF"],
    [
      "with more pages than are read",
      pdf(...Array.from({ length: documentLimits.pages + 1 }, () => "x")),
      "has 1001 pages",
    ],
  ])("%s is refused", async (_, bytes, message) => {
    await expect(pdfText(bytes)).rejects.toThrow(message);
  });
});

describe("a workbook", () => {
  test("is extracted as rows, with the names of columns", async () => {
    expect(await sheetText(zip(workbook(birds)))).toBe("Birds\nbird: goose, weight: 4\nbird: duck, weight: 1.5");
  });

  test.each([
    ["that is none", Buffer.from("Geese"), "is not a valid .xlsx file"],
    ["of nothing but an archive", zip({ "a.txt": "a" }), "is not a valid .xlsx file"],
    ["of the old format", Buffer.from("d0cf11e0a1b11ae100", "hex"), "is encrypted or an old .xls file"],
    [
      "that is a ZIP bomb and declares a small size",
      zip({ ...workbook(birds), "xl/bomb.xml": Buffer.alloc(documentLimits.unpackedBytes + 1) }, 10),
      "unpacks to more than 100 MiB",
    ],
  ])("%s is refused", async (_, bytes, message) => {
    await expect(sheetText(bytes)).rejects.toThrow(message);
  });
});
