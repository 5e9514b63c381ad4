/** Rows with the names of their columns at each value, one a line, so that a piece of them can be understood by itself. */
export function rowsText([header = [], ...rows]: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map((field, index) => `${header[index] || index + 1}: ${field}`).join(", ")).join("\n");
}
