/** Rows with the column name before each value, one row per line, so that a passage can be understood on its own. */
export function rowsText([header = [], ...rows]: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map((field, index) => `${header[index] || index + 1}: ${field}`).join(", ")).join("\n");
}
