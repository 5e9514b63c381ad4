import { plural, webhookHeaders } from "@crewstream/contracts";
import type { InspectedRequest } from "@crewstream/redis";
import { html, type Markup } from "../pages/html.ts";
import { eventsOf, groupByDelivery, prettyBody, type InspectedDelivery, type ShownEvent } from "./received.ts";

const shownDeliveries = 40;
const shownEvents = 100;
const shownChars = 4000;

/** The inspector's page for a name. Its script and style are separate files; a strict CSP forbids everything else. */
export function inspectorPage(name: string, requests: readonly InspectedRequest[]): string {
  const deliveries = groupByDelivery(requests);
  const events = deliveries.reduce((sum, delivery) => sum + eventCount(delivery), 0);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${name} · webhook inspector</title>
        <link rel="stylesheet" href="../inspector.css" />
        <script src="../inspector.js" defer></script>
      </head>
      <body>
        <header>
          <div>
            <p class="product">crewstream · webhook inspector</p>
            <h1>${name}</h1>
          </div>
          <button type="button" id="clear">Clear</button>
        </header>
        <main id="received" aria-live="polite">
          <p class="totals" data-key="totals">
            <b>${plural(deliveries.length, "delivery", "deliveries")}</b> · <b>${plural(events, "event")}</b>
            <span class="live">live</span>
          </p>
          ${deliveries.length === 0 ? emptyState() : deliveries.slice(0, shownDeliveries).map(deliveryCard)}
          ${deliveries.length > shownDeliveries ? html`<p class="more">Older ones are in the JSON: add ?format=json.</p>` : ""}
        </main>
      </body>
    </html>`;
  return page.text;
}

function emptyState(): Markup {
  return html`<div class="empty">
    <p>Nothing has arrived yet.</p>
    <p>Kick an automation off with this page's address as a webhook:</p>
    <pre>"webhooks": {"url": "<span id="address">this address</span>", "events": ["*"], "realtime": false}</pre>
  </div>`;
}

function deliveryCard(delivery: InspectedDelivery, index: number): Markup {
  const newest = delivery.attempts[0];
  if (newest === undefined) return html``;
  const events = eventsOf(newest.body);
  const execution = newest.headers[webhookHeaders.executionId];
  const key = delivery.id ?? `request-${newest.at}-${index}`;
  return html`<article>
    <div class="line">
      ${badge(newest)}
      <code class="id">${delivery.id ?? "no webhook-id"}</code>
      <span class="grow"></span>
      ${delivery.attempts.map(attemptMark).reverse()}
      <time datetime="${new Date(newest.at).toISOString()}">${new Date(newest.at).toISOString().slice(11, 23)}</time>
    </div>
    <p class="facts">
      ${execution === undefined ? "" : html`run <code>${execution}</code> · `}${
        events === undefined ? "one object" : html`${plural(events.length, "event")}${placeInFeed(newest)}`
      }
      · ${newest.body.length} bytes
    </p>
    ${newest.problem === undefined ? "" : html`<p class="problem">${newest.problem}</p>`}
    ${events === undefined ? "" : html`<p class="types">${typeChips(events)}</p>`}
    ${events === undefined ? block(`${key}-body`, "Body", prettyBody(newest.body)) : eventList(key, events)}
    ${block(`${key}-headers`, "Headers", headerLines(newest))}
  </article>`;
}

function badge({ verified }: InspectedRequest): Markup {
  return verified
    ? html`<span class="badge good">signature verified</span>`
    : html`<span class="badge bad">not verified</span>`;
}

function attemptMark(attempt: InspectedRequest): Markup {
  const number = attempt.headers[webhookHeaders.attempt] ?? "?";
  const status = attempt.status ?? 200;
  const mood = status >= 200 && status < 300 ? "good" : "bad";
  return html`<span class="attempt ${mood}">attempt ${number} → ${status}</span>`;
}

/** Which sequence numbers of the run a delivery contains, and whether it is the last. */
function placeInFeed({ headers }: InspectedRequest): string {
  const sequence = headers[webhookHeaders.sequence];
  const totals = headers[webhookHeaders.feedComplete];
  return `${sequence === undefined ? "" : `, sequence ${sequence}`}${totals === undefined ? "" : `, the last of its feed (${totals})`}`;
}

function typeChips(events: readonly ShownEvent[]): Markup[] {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(
    ([type, count]) => html`<span class="chip">${type}${count > 1 ? html` <b>×${count}</b>` : ""}</span> `,
  );
}

function eventList(key: string, events: readonly ShownEvent[]): Markup {
  const rows = events.slice(0, shownEvents).map(
    (event, index) =>
      html`<details data-key="${key}-${event.seq ?? index}">
        <summary>
          <span class="seq">${event.seq ?? ""}</span><code>${event.type}</code> <span class="grow"></span
          ><span class="stamp">${event.timestamp?.slice(11, 23) ?? ""}</span>
        </summary>
        <pre>${shorten(event.json)}</pre>
      </details>`,
  );
  const hidden = events.length - rows.length;
  return html`<details class="events" data-key="${key}-events">
    <summary>Events</summary>
    ${rows}${hidden > 0 ? html`<p class="more">and ${hidden} more: see the JSON</p>` : ""}
  </details>`;
}

function block(key: string, title: string, text: string): Markup {
  return html`<details data-key="${key}">
    <summary>${title}</summary>
    <pre>${shorten(text)}</pre>
  </details>`;
}

function headerLines({ headers }: InspectedRequest): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

function shorten(text: string): string {
  if (text.length <= shownChars) return text;
  return `${text.slice(0, shownChars)}\n… ${text.length - shownChars} more characters: see the JSON`;
}

function eventCount({ attempts }: InspectedDelivery): number {
  const body = attempts[0]?.body;
  return body === undefined ? 0 : (eventsOf(body)?.length ?? 1);
}
