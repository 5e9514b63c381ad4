import { CsvError, parse } from "csv-parse/sync";

/**
 * Parses CSV (RFC 4180: quoted fields may contain the delimiter, line breaks and doubled quotes). Empty lines are
 * skipped, and rows may differ in length. Never throws: an unclosed quote ends with the text.
 */
export function parseCsv(text: string, delimiter = ","): string[][] {
  const options = {
    bom: true,
    delimiter,
    record_delimiter: ["\r\n", "\n"],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  };
  try {
    return parse(text, options);
  } catch (error) {
    if (error instanceof CsvError && error.code === "CSV_QUOTE_NOT_CLOSED") return parse(`${text}"`, options);
    throw error;
  }
}
