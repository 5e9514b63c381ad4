import type { StoredEvent } from "@crewstream/contracts";
import { readEntries, type DeliveryRecord, type EventRead, type FeedAddress, type Store } from "@crewstream/redis";
import { batchIsFull, batchLength, type BatchLimits } from "./batch.ts";
import type { Renderer } from "../request/render.ts";
import type { RenderedEvent } from "../request/rendered-event.ts";

/** The events of a feed's next delivery, and where the cursor moves when it is sealed. */
export interface Cut {
  events: RenderedEvent[];
  cursor: number;
}

/** Entries of a first read: so few that the largest events (1 MiB) fit in memory many times over. */
const firstPage = 4;
const maxPageEvents = 250;
const pageCharacters = 128 * 1024;

/**
 * Reads a feed's stream from its cursor on, page by page, keeps the selected events, and divides them into deliveries.
 * Keeps at most about one delivery's worth of events and one page in memory, however long the backlog is.
 */
export class FeedReader {
  readonly #read: (from: number, entries: number) => Promise<EventRead>;
  readonly #until: number;
  readonly #renderer: Renderer;
  readonly #limits: BatchLimits;
  #selected: RenderedEvent[] = [];
  /** Of the selected events. */
  #bytes = 0;
  #scannedTo: number;
  #atEnd = false;
  /** The next events have been offered: that saves one read. */
  #offered = false;
  #pageLength = firstPage;

  constructor(
    store: Store,
    address: FeedAddress,
    options: { cursor: number; until?: number | undefined; renderer: Renderer; limits: BatchLimits },
  ) {
    this.#until = options.until ?? Number.MAX_SAFE_INTEGER;
    this.#read = (from, entries) => readEntries(store, address.executionId, { from, to: this.#until, entries });
    this.#renderer = options.renderer;
    this.#limits = options.limits;
    this.#scannedTo = options.cursor;
  }

  /** Everything up to here has been read. */
  get scannedTo(): number {
    return this.#scannedTo;
  }

  /**
   * Reads until `bodies` deliveries are full or the stream ends. More than one only makes sense for deliveries of one event
   * each, and only while they are small: a feed that waits for its endpoint keeps what it has read.
   */
  async fill(bodies = 1): Promise<void> {
    if (this.#offered) {
      this.#offered = false;
      return;
    }
    this.#atEnd = this.#scannedTo >= this.#until;
    const { maxBytes } = this.#limits;
    while (!this.#atEnd && !(this.full && (this.#selected.length >= bodies || this.#bytes >= maxBytes))) {
      const page = await this.#read(this.#scannedTo + 1, this.#pageLength);
      this.#take(page.events);
      this.#atEnd = page.atEnd;
      this.#pageLength = nextPageLength(page, this.#pageLength);
    }
  }

  /** No selected event is left, and the last read reached the stream's end. */
  get dry(): boolean {
    return this.#atEnd && this.#selected.length === 0;
  }

  get full(): boolean {
    return this.#selected.length > 0 && batchIsFull(this.#selected, this.#limits);
  }

  /** Reads the next delivery while the one before is in flight, unless the last read reached the stream's end. */
  async readAhead(): Promise<void> {
    if (!this.#atEnd) await this.fill();
  }

  /** Uses events from a notice instead of reading them, if they are the next ones. */
  offer(events: readonly StoredEvent[]): void {
    if (events[0]?.seq !== this.#scannedTo + 1) return;
    this.#take(events);
    this.#offered = true;
  }

  #take(events: readonly StoredEvent[]): void {
    for (const event of events) {
      const rendered = this.#renderer.render(event);
      if (rendered !== undefined) {
        this.#selected.push(rendered);
        this.#bytes += rendered.bytes;
      }
      this.#scannedTo = event.seq;
    }
  }

  /** Selected events that are in no delivery yet. */
  get waiting(): number {
    return this.#selected.length;
  }

  /** The first of them. */
  get oldest(): RenderedEvent | undefined {
    return this.#selected[0];
  }

  /** Takes the next delivery, of `maxEvents` events at most; undefined if no event is left. */
  cut(maxEvents = Infinity): Cut | undefined {
    const { maxEvents: limit, maxBytes } = this.#limits;
    const length = batchLength(this.#selected, { maxEvents: Math.min(limit, maxEvents), maxBytes });
    const events = this.#selected.slice(0, length);
    const last = events.at(-1);
    if (last === undefined) return undefined;
    this.#selected = this.#selected.slice(length);
    for (const { bytes } of events) this.#bytes -= bytes;
    return { events, cursor: this.#selected.length === 0 ? this.#scannedTo : last.seq };
  }
}

/** The record of a new delivery. */
export function recordOf({ events }: Cut): DeliveryRecord {
  const [first, last] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0];
  return { first, last, events: events.length, sealedAt: Date.now(), attempts: 0 };
}

/**
 * The events of one delivery, read and rendered again: the same bytes as on its first attempt. In a feed that selects few
 * of many events a delivery spans a long range, so it is read in pages, too.
 */
export async function readDelivery(
  store: Store,
  address: FeedAddress,
  range: { first: number; last: number },
  renderer: Renderer,
): Promise<RenderedEvent[]> {
  const rendered: RenderedEvent[] = [];
  let entries = firstPage;
  for (let from = range.first; ;) {
    const page = await readEntries(store, address.executionId, { from, to: range.last, entries });
    for (const event of page.events) {
      const one = renderer.render(event);
      if (one !== undefined) rendered.push(one);
      from = event.seq + 1;
    }
    if (page.atEnd) return rendered;
    entries = nextPageLength(page, entries);
  }
}

/** Redis limits reads by entries, not bytes: the next page's length is derived from the size of this one. */
function nextPageLength({ events }: EventRead, length: number): number {
  const characters = events.reduce((total, event) => total + event.json.length, 0);
  if (characters === 0) return length;
  return Math.max(1, Math.min(maxPageEvents, Math.floor((pageCharacters * length) / characters)));
}
