import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { defineCrew } from "../../crew/define-crew.ts";
import { eventProblems, scriptedModel, testContext } from "../../testing/index.ts";
import type { PublicFetch } from "../public-fetch.ts";
import { builtInTools } from "./built-in-tools.ts";
import { parseCsv } from "./csv.ts";
import { htmlText } from "./html-text.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "crew-"));
});

/** Calls a tool as an agent does, and returns what the model gets. */
async function call(name: string, args: object, fetchPublic?: PublicFetch): Promise<string> {
  const model = scriptedModel([{ tools: [{ name, args }] }, "Done."]);
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model, tools: Object.values(builtInTools) } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });
  const context = testContext({ directory, ...(fetchPublic === undefined ? {} : { fetchPublic }) });
  await crew.run(context);
  expect(eventProblems(context.sink.events)).toEqual([]);
  const output = context.sink.events.find(({ type }) => /^tool_usage_(finished|error)$/.test(type))?.data;
  return String(output?.["output"] ?? output?.["error"]);
}

describe("files", () => {
  test("are written, listed, read and searched inside the run's directory", async () => {
    expect(await call("write_file", { path: "notes/a.md", text: "one goose\ntwo geese" })).toContain("Wrote 19");
    expect(await call("list_files", {})).toBe("notes/a.md");
    expect(await call("read_file", { path: "notes/a.md", offset: 4 })).toBe("goose\ntwo geese");
    expect(await call("search_text", { query: "GEESE two" })).toBe("notes/a.md:2: two geese");
    expect(await call("search_text", { query: "swan" })).toBe("No line holds all of these words.");
  });

  test("outside it are rejected, missing ones named", async () => {
    expect(await call("read_file", { path: "../../etc/passwd" })).toContain("is not a path inside the run's directory");
    expect(await call("read_file", { path: "none.txt" })).toBe('There is no file "none.txt"');
  });

  test("that are long are truncated with a note on how to continue", async () => {
    await writeFile(join(directory, "long.txt"), "x".repeat(30_000));
    const text = await call("read_file", { path: "long.txt" });
    expect(text.length).toBeLessThan(20_200);
    expect(text).toContain("higher offset");
  });
});

describe("data", () => {
  test("CSV keeps quotes, line ends in fields and empty columns", () => {
    expect(parseCsv('\uFEFFa,b\r\n"x, ""y""","1\n2"\r\n\r\n,z')).toEqual([
      ["a", "b"],
      ['x, "y"', "1\n2"],
      ["", "z"],
    ]);
    expect(parseCsv("a;b\n1;2", ";")).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
  });

  test("rows are objects, with the requested columns and range", async () => {
    await writeFile(join(directory, "d.csv"), "name,age\nAda,36\nBob,40\n");
    const read = JSON.parse(await call("read_csv", { path: "d.csv", columns: ["age"], offset: 1 })) as object;
    expect(read).toEqual({ columns: ["name", "age"], total_rows: 2, offset: 1, rows: [{ age: "40" }] });
    expect(await call("read_csv", { path: "d.csv", columns: ["size"] })).toContain("the columns are: name, age");
  });

  test("JSON is read by pointer", async () => {
    await writeFile(join(directory, "d.json"), '{"a/b":[{"c":7}]}');
    expect(await call("read_json", { path: "d.json", pointer: "/a~1b/0/c" })).toBe("7");
    expect(await call("read_json", { path: "d.json", pointer: "/a/b" })).toContain("There is nothing at /a/b");
    await writeFile(join(directory, "broken.json"), "{");
    expect(await call("read_json", { path: "broken.json" })).toContain("is no JSON");
  });
});

describe("web pages", () => {
  const serve =
    (page: object): PublicFetch =>
    async (url) => ({ url, status: 200, contentType: "text/html", body: "", truncated: false, ...page });

  test("are returned as text, through the host's fetch", async () => {
    const body =
      "<html><head><title>Geese &amp; co</title></head><body><h1>Hi</h1><script>x()</script><p>A <b>goose</b></p></body></html>";
    expect(await call("fetch_page", { url: "https://example.com/" }, serve({ body }))).toBe(
      "https://example.com/\n\nGeese & co\n\nHi\n\nA goose",
    );
  });

  test("that fail, or are not web pages, are reported to the model", async () => {
    const url = "https://example.com/x";
    expect(await call("fetch_page", { url }, serve({ status: 404 }))).toContain("HTTP 404");
    expect(await call("fetch_page", { url }, serve({ contentType: "image/png" }))).toContain("not a page of text");
    expect(await call("fetch_page", { url: "file:///etc/passwd" }, serve({}))).toContain("arguments validation failed");
    expect(await call("fetch_page", { url })).toBe("This run may not fetch web pages");
  });

  test("text keeps lists, cells and links, and decodes entities", () => {
    const html =
      '<ul><li>a</li><li>b</li></ul><table><tr><td>1</td><td>2</td></tr></table><a href="https://x.y/">z</a> &#233;&#x2014;&bogus;';
    expect(htmlText(html)).toBe("- a\n- b\n\n1 | 2 |\n\nz (https://x.y/) é—&bogus;");
  });

  test.each(["<", "<!--", "<script>", "<title", '<a href="https:', '<a href="https://x.y/">', "<p ", "&a"])(
    "goes through a page of nothing but %s in one pass",
    (piece) => {
      // Far more than a test's time limit if each occurrence were searched for to the end of the page.
      expect(htmlText(piece.repeat(1_000_000)).length).toBeLessThan(5_000_000);
    },
  );

  test("does not confuse entities with object properties, and keeps what follows an unclosed head", () => {
    expect(htmlText("<head><title>t</title><body>&constructor; &amp;")).toBe("t\n\n&constructor; &");
  });
});
