import { html, type Markup } from "../pages/html.ts";
import type { OpenApiDocument, OpenApiOperation } from "./openapi.ts";

interface Entry {
  path: string;
  method: string;
  operation: OpenApiOperation;
}

/** The OpenAPI document as a page: no scripts, one style sheet of our own. */
export function docsPage(document: OpenApiDocument): string {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Entry => ({ path, method, operation })),
  );
  // The deployment API is documented twice; the page shows it once.
  const [ours, deployment] = [(path: string) => path.startsWith("/api/"), (path: string) => !path.startsWith("/a")];
  const shown = [...entries.filter(({ path }) => deployment(path)), ...entries.filter(({ path }) => ours(path))];
  const tags = [...new Set(shown.map(({ operation }) => operation.tags[0] ?? ""))];
  const schemas = Object.entries(document.components.schemas);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>crewstream API</title>
        <link rel="stylesheet" href="docs.css" />
      </head>
      <body>
        <nav aria-label="Contents">
          <p class="title">crewstream API <span class="quiet">${document.info.version}</span></p>
          ${tags.map(
            (tag) =>
              html`<h2>${tag}</h2>
                <ul>
                  ${shown.filter(({ operation }) => operation.tags[0] === tag).map(contentsLine)}
                </ul>`,
          )}
          <h2>Schemas</h2>
          <ul>
            ${schemas.map(([name]) => html`<li><a href="#schema-${name}">${name}</a></li>`)}
          </ul>
        </nav>
        <main>
          <h1>crewstream API</h1>
          <p>${prose(document.info.description)}</p>
          <p>
            Every request carries <code>Authorization: Bearer TOKEN</code>. The same, for programs:
            <a href="openapi.json">openapi.json</a>.
          </p>
          ${shown.map(operationSection)}
          <h2>Schemas</h2>
          ${schemas.map(
            ([name, schema]) =>
              html`<section id="schema-${name}">
                <h3>${name}</h3>
                ${json(schema)}
              </section>`,
          )}
        </main>
      </body>
    </html>`.text;
}

function contentsLine({ path, method, operation }: Entry): Markup {
  return html`<li>
    <a href="#${operation.operationId}"><span class="method ${method}">${method.toUpperCase()}</span> ${path}</a>
  </li>`;
}

function operationSection({ path, method, operation }: Entry): Markup {
  const body = operation.requestBody?.content["application/json"]?.schema;
  return html`<section id="${operation.operationId}">
    <h3><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></h3>
    <p>${operation.summary}.</p>
    ${(operation.description ?? "").split("\n\n").map((text) => html`<p class="quiet">${prose(text)}</p>`)}
    ${operation.parameters.length === 0 ? "" : parameterTable(operation)}
    ${
      body === undefined
        ? ""
        : html`<h4>Body</h4>
            ${json(body)}`
    }
    <h4>Answers</h4>
    <dl>
      ${Object.entries(operation.responses).map(
        ([status, answer]) =>
          html`<dt><code>${status}</code></dt>
            <dd>
              ${prose(answer.description)}
              ${Object.entries(answer.content ?? {}).map(
                ([type, { schema }]) =>
                  html`${type === "application/json" ? "" : html`<p><code>${type}</code></p>`} ${json(schema)}`,
              )}
            </dd>`,
      )}
    </dl>
  </section>`;
}

function parameterTable({ parameters }: OpenApiOperation): Markup {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Parameter</th>
        <th scope="col">In</th>
        <th scope="col">Type</th>
        <th scope="col">Meaning</th>
      </tr>
    </thead>
    <tbody>
      ${parameters.map(
        ({ name, in: place, schema, description }) =>
          html`<tr>
            <td><code>${name}</code></td>
            <td>${place}</td>
            <td>${typeText(schema)}</td>
            <td>${prose(description ?? "")}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function typeText(schema: Record<string, unknown>): string {
  const { enum: values, type, default: fallback } = schema;
  const kind = Array.isArray(values) ? values.join(" | ") : typeof type === "string" ? type : "string";
  return fallback === undefined ? kind : `${kind}, default ${JSON.stringify(fallback)}`;
}

/** A reference as a link, anything else collapsed. */
function json(schema: unknown): Markup {
  const target = typeof schema === "object" && schema !== null ? Reflect.get(schema, "$ref") : undefined;
  if (typeof target === "string") {
    const name = target.split("/").at(-1) ?? "";
    return html`<p><a href="#schema-${name}">${name}</a></p>`;
  }
  return html`<details>
    <summary>Schema</summary>
    <pre>${JSON.stringify(schema, undefined, 2)}</pre>
  </details>`;
}

/** Text in which `…` parts are code. */
function prose(text: string): Markup[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
