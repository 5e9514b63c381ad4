import { errorMessage } from "@crewstream/contracts";
import { DocumentFault, documentLimits } from "./limits.ts";
import { rowsText } from "./rows-text.ts";
import { assertUnpackable } from "./unpacked-size.ts";

/** Signature of OLE files: Excel's format before 2007, and encrypted workbooks. */
const ole = Buffer.from("d0cf11e0a1b11ae1", "hex");

/**
 * The rows of an Excel workbook (.xlsx), each sheet under its name.
 * Throws {@link DocumentFault} if it is encrypted, in the old format, damaged, or over the limits.
 */
export async function sheetText(bytes: Buffer): Promise<string> {
  if (bytes.subarray(0, ole.length).equals(ole)) {
    throw new DocumentFault("is encrypted or an old .xls file: save it as .xlsx without a password");
  }
  await assertUnpackable(bytes);
  const { default: readWorkbook } = await import("read-excel-file/node");
  const sheets = await readWorkbook(bytes).catch((error: unknown) => {
    throw new DocumentFault(`is not a valid .xlsx file: ${errorMessage(error)}`);
  });
  const rows = sheets.reduce((sum, { data }) => sum + data.length, 0);
  if (rows > documentLimits.rows) throw new DocumentFault(`has ${rows} rows; at most ${documentLimits.rows} are read`);
  const texts = sheets
    .filter(({ data }) => data.length > 0)
    .map(({ sheet, data }) => `${sheet}\n${rowsText(data.map((row) => row.map((cell) => cellText(cell as Cell))))}`);
  if (texts.length === 0) throw new DocumentFault("contains no rows");
  return texts.join("\n\n");
}

/** A cell's value; the library's own type says `typeof Date` where it means a date. */
type Cell = string | number | boolean | Date | null;

function cellText(value: Cell): string {
  if (value === null) return "";
  if (!(value instanceof Date)) return String(value);
  // A day is stored as its midnight in UTC.
  return value.toISOString().replace("T00:00:00.000Z", "");
}
