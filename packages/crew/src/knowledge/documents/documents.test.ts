import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { checkProject, readProject } from "../../loaders/load-project.ts";
import type { Crew } from "../../crew/define-crew.ts";
import { soundCrew, testProject } from "../../loaders/testing/test-project.ts";
import { documentLimits } from "./limits.ts";
import { pdfText } from "./pdf-text.ts";
import { sheetText } from "./sheet-text.ts";

/** A PDF with one line of text a page. */
function pdf(...pages: string[]): Buffer {
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    `<</Type/Pages/Count ${pages.length}/Kids[${pages.map((_, page) => `${4 + page * 2} 0 R`).join(" ")}]>>`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ...pages.flatMap((text, page) => {
      const content = text === "" ? "" : `BT /F 12 Tf 20 100 Td (${text}) Tj ET`;
      return [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Resources<</Font<</F 3 0 R>>>>/Contents ${5 + page * 2} 0 R>>`,
        `<</Length ${content.length}>>\nstream\n${content}\nendstream`,
      ];
    }),
  ];
  let body = "%PDF-1.4\n";
  const places = objects.map((object, index) => {
    const place = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  return Buffer.from(
    `${body}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${body.length}\n%%EOF\n`,
  );
}

/** A ZIP archive that states `stated` as the unpacked size of its files where that is given. */
function zip(files: Readonly<Record<string, string | Buffer>>, stated?: number): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(stated ?? bytes.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    parts.push(Buffer.from("PK\u0003\u0004"), shared, Buffer.from(name), packed);
    directory.push(Buffer.from("PK\u0001\u0002\u0014\u0000"), shared, place, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(files).length, 4);
  end.writeUInt16LE(Object.keys(files).length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from("PK\u0005\u0006"), end]);
}

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** A workbook of one sheet with texts and numbers. */
function workbook(rows: readonly (readonly (string | number)[])[]): Record<string, string> {
  const cells = rows.map((row, line) => {
    const inRow = row.map((value, column) => {
      const place = `r="${String.fromCharCode(65 + column)}${line + 1}"`;
      const isText = typeof value === "string";
      return isText ? `<c ${place} t="inlineStr"><is><t>${value}</t></is></c>` : `<c ${place}><v>${value}</v></c>`;
    });
    return `<row r="${line + 1}">${inRow.join("")}</row>`;
  });
  return {
    "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="${related}"><sheets><sheet name="Birds" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${related}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="${main}"><sheetData>${cells.join("")}</sheetData></worksheet>`,
  };
}
const birds = [
  ["bird", "weight"],
  ["goose", 4],
  ["duck", 1.5],
];

describe("a PDF", () => {
  test("is the text of its pages", async () => {
    expect(await pdfText(pdf("Geese fly south.", "", "Ducks stay."))).toBe("Geese fly south.\n\nDucks stay.");
  });

  test.each([
    ["without text", pdf(""), "holds no text: its pages are pictures"],
    ["that is none", Buffer.from("Geese"), "is no sound PDF"],
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
  test("is its rows, with the names of columns", async () => {
    expect(await sheetText(zip(workbook(birds)))).toBe("Birds\nbird: goose, weight: 4\nbird: duck, weight: 1.5");
  });

  test.each([
    ["that is none", Buffer.from("Geese"), "is no sound .xlsx file"],
    ["of nothing but an archive", zip({ "a.txt": "a" }), "is no sound .xlsx file"],
    ["of the old format", Buffer.from("d0cf11e0a1b11ae100", "hex"), "is encrypted or an old .xls file"],
    [
      "that is a bomb and states that it is small",
      zip({ ...workbook(birds), "xl/bomb.xml": Buffer.alloc(documentLimits.unpackedBytes + 1) }, 10),
      "unpacks to more than 100 MiB",
    ],
  ])("%s is refused", async (_, bytes, message) => {
    await expect(sheetText(bytes)).rejects.toThrow(message);
  });
});

describe("documents of a project", () => {
  const withSources = (...sources: object[]) => ({
    ...soundCrew,
    "agents/writer.json": { ...soundCrew["agents/writer.json"], knowledge_sources: sources },
    "knowledge/page.html": "<title>Birds</title><p>Geese honk.</p>",
  });

  test("are read by type, and for docling by the ending of their names", async () => {
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

  test("that cannot be read are refused with their place and the reason", async () => {
    await using project = await testProject({
      ...withSources(
        { source_type: "pdf", file_paths: ["page.html"] },
        { source_type: "docling", file_paths: ["https://example.com/a.pdf", "talk.pptx"] },
      ),
    });
    const findings = await checkProject(project.dir);
    expect(findings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      expect.stringMatching(/knowledge_sources\[0\]\.file_paths\[0\] .*is no sound PDF/),
      expect.stringMatching(/knowledge_sources\[1\]\.file_paths\[0\] .*without the network/),
      expect.stringMatching(/knowledge_sources\[1\]\.file_paths\[1\] .*\.pptx.* is not read here/),
    ]);
  });
});
