import type { DeliveryRecord, FeedState } from "@crewstream/redis";
import type { Wait } from "../endpoint/endpoint-gate.ts";
import type { FeedContext } from "../context.ts";
import { waitForEndpoint } from "../endpoint/wait-for-endpoint.ts";
import type { Backlog, JobResult, Outgoing } from "./backlog.ts";
import { deadLetter, retryTimeMs } from "./dead-letter.ts";
import { readDelivery } from "./feed-reader.ts";
import type { OpenedFeed } from "../request/opened-feed.ts";
import { endIfDone } from "./rest.ts";

/** One parked delivery, for its next attempt; its feed has a job of its own. */
export class SingleDelivery implements Backlog {
  /** Even in a strict feed, where it is a dead letter that a person has retried: its order is lost, and nothing waits for it. */
  readonly waitsWith = "parked";
  readonly window = 1;
  readonly stream = undefined;
  readonly blocked = false;
  readonly #context: FeedContext;
  readonly #feed: OpenedFeed;
  readonly #state: FeedState;
  readonly #record: DeliveryRecord;
  #sealed: readonly DeliveryRecord[];

  constructor(context: FeedContext, feed: OpenedFeed, state: FeedState, record: DeliveryRecord) {
    this.#context = context;
    this.#feed = feed;
    this.#state = state;
    this.#record = record;
    this.#sealed = [record];
  }

  get sealed(): readonly DeliveryRecord[] {
    return this.#sealed;
  }

  /** Counts from a retry by hand: the person who requested it knew that the endpoint was failing. */
  giveUpAfterMs(): number {
    const { limits } = this.#context;
    const sinceRevived = Date.now() - (this.#record.revivedAt ?? 0);
    const schedule = retryTimeMs(limits, this.#feed.subscription);
    return sinceRevived > schedule ? schedule : Infinity;
  }

  async takeSealed(): Promise<Outgoing[]> {
    this.#sealed = [];
    const { address, renderer } = this.#feed;
    return [{ record: this.#record, events: await readDelivery(this.#context.store, address, this.#record, renderer) }];
  }

  async hold({ nextAt = 0 }: DeliveryRecord): Promise<JobResult> {
    return { kind: "later", delayMs: Math.max(0, nextAt - Date.now()) };
  }

  async parked(): Promise<void> {}

  waitForEndpoint(refusal: Wait): Promise<JobResult> {
    const { address, endpoint } = this.#feed;
    return waitForEndpoint(this.#context, endpoint, { ...address, first: this.#record.first }, refusal);
  }

  async deadLetter(): Promise<true> {
    this.#sealed = [];
    await deadLetter(this.#context, this.#feed.address, this.#feed.endpoint, [this.#record]);
    return true;
  }

  /** Ends the feed if this was its last delivery; wakes it if it has more, since it may have been blocked. */
  async rest(): Promise<JobResult> {
    const { address } = this.#feed;
    const rested = await endIfDone(this.#context, address, this.#state.feeds);
    if (rested.kind === "later") await this.#context.queues.wakeFeed(address, { delayMs: 0 });
    return { kind: "done" };
  }
}
