/** Where the JSON Schemas of the formats are published. */
export const schemasUrl = new URL("../../../../docs/schemas/", import.meta.url);
export const pageUrl = new URL("../../../../docs/automations.md", import.meta.url);

const begin = "<!-- keys: made by npm run docs -->";
const end = "<!-- end of keys -->";

/** The page with new tables between its two markers. Throws if it has no markers. */
export function withTables(page: string, tables: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the page needs the marks ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${tables}\n\n${page.slice(to)}`;
}
