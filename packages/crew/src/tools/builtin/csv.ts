/**
 * Parses CSV (RFC 4180: quoted fields may contain the delimiter, line breaks and doubled quotes). Empty lines are
 * skipped. Never throws: an unclosed quote ends with the text.
 */
export function parseCsv(text: string, delimiter = ","): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let quoted = false;
  const endField = (): void => {
    row.push(field);
    field = "";
  };
  const endRow = (): void => {
    endField();
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  };
  for (let at = text.startsWith("\uFEFF") ? 1 : 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text.charAt(at + 1) === '"') field += text.charAt((at += 1));
      else quoted = false;
    } else if (sign === '"' && field === "") quoted = true;
    else if (sign === delimiter) endField();
    else if (sign === "\n") endRow();
    else if (sign !== "\r" || text.charAt(at + 1) !== "\n") field += sign;
  }
  if (field !== "" || row.length > 0) endRow();
  return rows;
}
