const named: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
  ["mdash", "—"],
  ["ndash", "–"],
  ["hellip", "…"],
  ["copy", "©"],
]);

/** Elements whose content is not shown, and where each ends. */
const unseen: ReadonlyMap<string, RegExp> = new Map(
  ["script", "style", "noscript", "template", "svg", "head", "title"].map((name) => [
    name,
    new RegExp(`</${name}\\b`, "gi"),
  ]),
);

/** What replaces a tag in the text: blocks have lines of their own. */
const marks: ReadonlyMap<string, string> = new Map([
  ...["br", "hr"].map((name) => [name, "\n"] as const),
  ["li", "\n- "],
  ...["/td", "/th"].map((name) => [name, " | "] as const),
  ...[
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "ul",
    "ol",
    "table",
    "tr",
    "pre",
    "blockquote",
  ]
    .concat(["h1", "h2", "h3", "h4", "h5", "h6"])
    .flatMap((name) => [[name, "\n"] as const, [`/${name}`, "\n"] as const]),
]);

/** Attributes are searched for in this much of a tag. */
const readOfTag = 4096;

/**
 * Readable text of an HTML page: without scripts, styles and tags, blocks on separate lines, links with their target.
 * Pages may be malicious, so the text is scanned once from left to right: regular expressions over the whole took an
 * hour for 2 MiB of `<`, and html-to-text 10 takes 14 s for 1.5 MB of `<table><tr><td>`, four times as long for twice
 * as much.
 */
export function htmlText(html: string): string {
  const title = titleOf(html);
  const text = decoded(shownText(html))
    .split("\n")
    .map((line) => line.replace(/[ \t\u00a0]+/g, " ").trim())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return title === undefined ? text : `${decoded(title).trim()}\n\n${text}`;
}

function shownText(html: string): string {
  const parts: string[] = [];
  const unclosed = new Set<string>();
  let link: string | undefined;
  for (let at = 0; ;) {
    const open = html.indexOf("<", at);
    if (open < 0) return parts.join("") + html.slice(at);
    parts.push(html.slice(at, open));
    const isComment = html.startsWith("<!--", open);
    const close = html.indexOf(isComment ? "-->" : ">", open);
    // An element that never ends has no text.
    if (close < 0) return parts.join("");
    at = close + (isComment ? 3 : 1);
    if (isComment) continue;

    const tag = html.slice(open + 1, Math.min(close, open + readOfTag));
    const name = /^\/?[a-z][a-z0-9]*/i.exec(tag)?.[0].toLowerCase() ?? "";
    const end = unseen.get(name);
    if (end !== undefined && !unclosed.has(name)) {
      const found = endOf(html, end, at);
      if (found === undefined) unclosed.add(name);
      else at = found;
    }
    if (name === "a") link = /\bhref="(https?:[^"]*)"/i.exec(tag)?.[1];
    else if (name === "/a" && link !== undefined) {
      parts.push(` (${link})`);
      link = undefined;
    } else parts.push(marks.get(name) ?? "");
  }
}

/** Position of the closing tag. */
function endOf(html: string, end: RegExp, from: number): number | undefined {
  end.lastIndex = from;
  return end.exec(html)?.index;
}

function titleOf(html: string): string | undefined {
  const open = html.search(/<title\b/i);
  const begin = open < 0 ? -1 : html.indexOf(">", open);
  const end = begin < 0 ? -1 : html.indexOf("<", begin);
  return end < 0 ? undefined : html.slice(begin + 1, end);
}

function decoded(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return named.get(name.toLowerCase()) ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
