import { existsSync } from "node:fs";
import axe from "axe-core";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { testToken } from "../support/services.ts";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The Chromium of this machine, or the one that `CHROMIUM` names; undefined if there is none. */
export const chromiumPath = process.env["CHROMIUM"] ?? places.find((path) => existsSync(path));

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Maximum wait for a page: two cores serve everything at once. */
const maxWaitMs = 20_000;

/** A browser window on a system's dashboard; its console messages are recorded. */
export class Window implements AsyncDisposable {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #base: string;
  readonly #complaints: string[] = [];
  #lastText = "";

  private constructor(browser: Browser, page: Page, base: string) {
    this.#browser = browser;
    this.page = page;
    this.#base = base;
    page.on("pageerror", (error) => this.#complaints.push(error.message));
    page.on("console", (message) => {
      // A rejected sign-in is a failed request too, and intended.
      const isRefusal = message.text().includes("401 (Unauthorized)");
      if (message.type() === "error" && !isRefusal) this.#complaints.push(message.text());
    });
  }

  /** @param prefix path under which a proxy in front would serve the API */
  static async open(system: { client: { baseUrl: string } }, options: { base?: string } = {}): Promise<Window> {
    if (chromiumPath === undefined) throw new Error("There is no Chromium: install it, or set CHROMIUM to its path.");
    const browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
    const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(maxWaitMs);
    const base = options.base ?? system.client.baseUrl;
    return new Window(browser, await context.newPage(), `${base}/dashboard/`);
  }

  /** Goes to a page such as `/deliveries`, and waits for its heading. */
  async go(path: string): Promise<void> {
    await this.page.goto(`${this.#base}#${path}`);
    await this.page.getByRole("heading", { level: 1 }).waitFor();
  }

  async signIn(token = testToken): Promise<void> {
    await this.page.goto(this.#base);
    await this.page.getByLabel("API token").fill(token);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.getByRole("heading", { name: "Overview" }).waitFor();
  }

  /** A tile's number, such as that of "Retrying". */
  async tile(name: string): Promise<string> {
    const tile = this.page.locator(".tile", { has: this.page.getByText(name, { exact: true }) });
    return (await tile.locator("dd").innerText()).split("\n")[0] ?? "";
  }

  /** axe's violations on the page against WCAG 2.2 A and AA and its best practices, or against some of its rules. */
  async violations(rules: readonly string[] = []): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const violations = await this.page.evaluate<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
      `axe.run(document, ${JSON.stringify(rules.length === 0 ? {} : { runOnly: rules })}).then(({ violations }) => violations)`,
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}\n${failureSummary}`),
    );
  }

  /** Console errors: broken scripts, and what the content security policy blocked. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** The page's text when its window was closed. */
  get lastText(): string {
    return this.#lastText;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lastText = await this.page.innerText("body").catch(String);
    await this.#browser.close();
  }
}
