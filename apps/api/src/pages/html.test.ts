import { expect, it } from "vitest";
import { html } from "./html.ts";

it("escapes interpolated text, and only that", () => {
  const hostile = `<script>alert("1")</script>&'`;
  const inner = html`<b title="${hostile}">${hostile}</b>`;
  const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;";
  expect(html`<p>${inner}${[inner]}${7}</p>`.text).toBe(
    `<p><b title="${escaped}">${escaped}</b><b title="${escaped}">${escaped}</b>7</p>`,
  );
});
