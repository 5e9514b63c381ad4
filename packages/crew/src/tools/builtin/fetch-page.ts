import { z } from "zod";
import { defineTool } from "../tool.ts";
import { htmlText } from "./html-text.ts";
import { capped, refused } from "./limits.ts";

const maxBytes = 2 * 1024 * 1024;

export const fetchPageTool = defineTool({
  name: "fetch_page",
  description: "Fetches a public web page and gives its text.",
  input: z.object({
    url: z.url({ protocol: /^https?$/ }).describe("The whole address, with https://"),
    offset: z.number().int().min(0).default(0).describe("Characters of the text to skip"),
  }),
  async run({ url, offset }, { fetchPublic, signal }) {
    const page = await fetchPublic(url, { signal, maxBytes });
    if (page.status >= 400) throw refused(`${page.url} answered with HTTP ${page.status}`);
    const isHtml = /html/i.test(page.contentType) || /^\s*<(!doctype|html)/i.test(page.body);
    if (!isHtml && !/^text\/|json|xml|^$/i.test(page.contentType)) {
      throw refused(`${page.url} is ${page.contentType}, not a page of text`);
    }
    const text = isHtml ? htmlText(page.body) : page.body;
    return capped(`${page.url}\n\n${text.slice(offset)}`, "Read on with a higher offset.");
  },
});
