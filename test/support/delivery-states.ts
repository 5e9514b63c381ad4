import { endpointId, type ExecutionState, type Subscription } from "@crewstream/contracts";
import type { FeedContext, JobLease } from "@crewstream/delivery";
import { readBreaker, type BreakerView, type FeedAddress } from "@crewstream/redis";
import { afterAll, beforeAll } from "vitest";
import { startDelivery, type DeliveryInProcess } from "./delivery-in-process.ts";
import { subscription } from "./executions.ts";
import type { SinkRequest } from "./sink-reply.ts";
import { WebhookSink } from "./webhook-sink.ts";

/** Ten minutes, the longest wait of a batch, and an hour: what is due then does not happen within a test. */
export const maxBatchWaitMs = 600_000;
export const hourMs = 3_600_000;

/** The fields of a feed in Redis that say what it is doing. */
export interface StoredFeed {
  state: string;
  woken: string;
  blocked?: string;
  linger?: string;
  delivered?: string;
  parked?: string;
  dead?: string;
  discarded?: string;
}

/** A receiver of one test alone, so an endpoint with a breaker of its own, and feeds that send to it. */
export interface Endpoint extends AsyncDisposable {
  sink: WebhookSink;
  id: string;
  subscription(settings?: Partial<Subscription>): Subscription;
  /** A feed of `count` events of an execution that has ended, unless `state` says otherwise. */
  feed(count: number, settings?: Partial<Subscription>, state?: ExecutionState): Promise<FeedAddress>;
  /** Ranges of events by request, e.g. `1-2`. */
  ranges(): (string | undefined)[];
  breaker(): Promise<BreakerView>;
}

/** A delivery worker's core for one test file, with helpers to make feeds and to look at them. */
export interface DeliveryStates {
  readonly delivery: DeliveryInProcess;
  readonly endpoint: () => Promise<Endpoint>;
  readonly stored: (feed: FeedAddress) => Promise<StoredFeed>;
  /** State, first sequence and attempts of the open deliveries, e.g. `parked 1 (2)`. */
  readonly open: (feed: FeedAddress) => Promise<string[]>;
  /** Passes over a feed until there is nothing to do for it now. */
  readonly drained: (feed: FeedAddress) => Promise<void>;
  /** Attempts of a parked delivery until its job is done. */
  readonly retried: (delivery: FeedAddress & { first: number }) => Promise<void>;
  /** Jobs of this execution alone. */
  readonly jobs: (family: "feeds" | "retries", feed: FeedAddress) => Promise<{ delayMs: number; first?: number }[]>;
}

export function deliveryStates(overrides: Record<string, string> = {}): DeliveryStates {
  let delivery: DeliveryInProcess;
  beforeAll(async () => {
    delivery = await startDelivery({
      WEBHOOK_BATCH_MAX_EVENTS: "2",
      WEBHOOK_BATCH_MAX_WAIT_MS: String(maxBatchWaitMs),
      WEBHOOK_RETRY_SCHEDULE: "1h,1h",
      ...overrides,
    });
  });
  afterAll(() => delivery?.[Symbol.asyncDispose]());
  return {
    get delivery() {
      return delivery;
    },
    async endpoint() {
      const sink = await WebhookSink.start();
      const id = endpointId(new URL(sink.url()));
      const to = (settings: Partial<Subscription> = {}): Subscription => subscription(sink.url("/hook"), settings);
      return {
        sink,
        id,
        subscription: to,
        feed: (count, settings, state = "SUCCESS") => delivery.execution(to(settings), count, state),
        ranges: () => sink.requests("/hook").map(({ headers }) => headers["crewstream-sequence"]),
        breaker: () => readBreaker(delivery.store, id),
        [Symbol.asyncDispose]: () => sink.down(),
      };
    },
    async stored({ executionId, feed }) {
      const fields = await delivery.store.redis.hgetall(delivery.store.keys.execution(executionId).feed(feed).feed);
      return fields as unknown as StoredFeed;
    },
    async open(feed) {
      const { open } = await delivery.feed(feed);
      return open.map(({ state, first, attempts }) => `${state} ${first} (${attempts})`);
    },
    async drained(feed) {
      while ((await delivery.drain(feed)).kind === "later");
    },
    async retried(address) {
      while ((await delivery.retry(address)).kind === "later");
    },
    async jobs(family, { executionId }) {
      return (await delivery.jobs(family)).filter((job) => job.executionId === executionId);
    },
  };
}

/** What identifies an attempt's delivery: its id and bytes. */
export const identity = ({ headers, rawBody }: SinkRequest): string => `${headers["webhook-id"]} ${rawBody}`;

/** A lease that is lost, or whose deadline passes, when a test says so. */
export function fragileLease(): { lease: JobLease; lose(): void; shutDown(): void } {
  const deadline = new AbortController();
  let held = true;
  return {
    lease: { deadline: deadline.signal, held: () => held },
    lose: () => {
      held = false;
    },
    shutDown: () => deadline.abort(),
  };
}

/** A lease that is held when it is asked first, and lost from then on. */
export function leaseHeldOnce(): { lease: JobLease; asked(): number } {
  let asked = 0;
  return {
    lease: { deadline: new AbortController().signal, held: () => (asked += 1) < 2 },
    asked: () => asked,
  };
}

/** The same context with other queues: what a test has happen at the moment when a job is added. */
export function withQueues(context: FeedContext, queues: Partial<FeedContext["queues"]>): FeedContext {
  const { queues: own } = context;
  return {
    ...context,
    queues: {
      wakeFeed: (job, options) => own.wakeFeed(job, options),
      scheduleRetry: (job, options) => own.scheduleRetry(job, options),
      ...queues,
    },
  };
}
