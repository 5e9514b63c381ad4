import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";

/**
 * Formats rows under a heading in aligned columns. The last column gets the remaining width and is truncated to it.
 * @param width columns of the terminal; undefined to leave lines at full length
 */
export function formatTable(heading: readonly string[], rows: readonly (readonly string[])[], width?: number): string {
  const all = [heading, ...rows].map((row) => row.map(oneLine));
  const widths = heading.map((_, column) => Math.max(...all.map((row) => stringWidth(row[column] ?? ""))));
  return all
    .map((row) => row.map((cell, column) => pad(cell, column === heading.length - 1 ? 0 : (widths[column] ?? 0))))
    .map((row) => cut(row.join("  ").trimEnd(), width))
    .map((line) => `${line}\n`)
    .join("");
}

/** Formats name-value pairs, one per line, with aligned values. */
export function formatFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...facts.map(([name]) => stringWidth(name)));
  return facts.map(([name, value]) => `${`${pad(name, width)}  ${value}`.trimEnd()}\n`).join("");
}

/** Data from the network may contain line ends and control characters, which could control the terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, " ");
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

function cut(line: string, width: number | undefined): string {
  if (width === undefined || stringWidth(line) <= width) return line;
  let shown = "";
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (stringWidth(shown + segment) >= width) break;
    shown += segment;
  }
  return `${shown}…`;
}
