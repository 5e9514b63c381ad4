import type { ExecutionId } from "@crewstream/contracts";

/**
 * Every key, spelt here and nowhere else. `P` is KEY_PREFIX; braces are the cluster's hash tags.
 *
 *   P:{ID}:exec              hash    an execution's record: state, inputs, outcome, `seq`, lease (owner, epoch, until)
 *   P:{ID}:events            stream  its events; entry `SEQ-0` holds those up to SEQ, as `event-chunks.ts` says
 *   P:{ID}:journal           hash    path → row of a finished step
 *   P:{ID}:attempts          stream  capped log of webhook attempts
 *   P:{ID}:logs              stream  the newest lines that its automation printed
 *   P:{ID}:feed:N            hash    subscription, cursor, woken, blocked, counters
 *   P:{ID}:feed:N:open       hash    first seq → sealed (`s…`), parked (`p…`) or held (`h…`) delivery
 *   P:{ID}:feed:N:dead       hash    first seq → dead letter
 *   P:{active-K}:executions  zset    executions of partition K that are not done, by last touch in ms
 *   P:{index}:executions     zset    all executions by creation in ms
 *   P:{index}:executions:G   zset    those that are live, or ended as SUCCESS, FAILED, REVOKED
 *   P:{index}:of:NAME        zset    those of one automation
 *   P:{index}:by:TOKEN       zset    those that a token started, by its name
 *   P:{index}:open:TOKEN     zset    those of them that have not ended
 *   P:{index}:in:HASH        zset    those of a client's thread
 *   P:{index}:threads        zset    threads by the creation of their last execution in ms
 *   P:{index}:automations    set     automations that ever ran
 *   P:{index}:tokens         set     names of tokens that ever started one
 *   P:{log-K}:STATE          zset    deliveries of partition K that are retrying or dead, by time in ms
 *   P:{log-K}:attempts       stream  capped log of all attempts of partition K
 *   P:{bulk}:ID              string  a bulk retry: filter, position, counts
 *   P:{workers}:automations  hash    worker id → what it serves and until when
 *   P:{workers}:processes    hash    process id → what it is and until when
 *   P:{ep:ID}:breaker        hash    an endpoint's breaker
 *   P:{ep:ID}:in-flight      hash    process → until when it is believed, and its requests in flight
 *   P:{ep:ID}:waiting        zset    jobs that wait for the endpoint's state to change, by the time they began to, in ms
 *   P:{ep:ID}:STATE          zset    the endpoint's deliveries that are retrying or dead
 *   P:{ep:ID}:stats:MINUTE   hash    its counters of a minute; MINUTE is ms / 60,000
 *   P:{stats}:MINUTE         hash    everybody's counters of a minute
 *   P:{ep:ID}:stats:h:HOUR   hash    its counters of an hour; HOUR is ms / 3,600,000
 *   P:{stats}:h:HOUR         hash    everybody's counters of an hour
 *   P:{endpoints}:seen       zset    endpoints by last use in ms
 *   P:{endpoints}:expedite   set     requests to expedite an endpoint's deliveries that are not done: its id and a UUID
 *   P:{alert:KIND:ENDPOINT}  string  an alert of this kind was sent within the hour
 *   P:{idem:HASH}            string  idempotency key of a kickoff
 *   P:{signed-out:SESSION}   string  a session of the dashboard that was ended before its time
 *   P:{state:FLOW:ID}        string  the last state that a flow with persistence saved under an id; `:of:TOKEN` in the
 *                                    braces where that token is limited to its own executions
 *   P:{memory:NAME}:records  hash    memory id → what an automation remembers
 *   P:{memory:NAME}:vectors  hash    memory id → its packed vector
 *   P:{memory:NAME}:worths   zset    memories by value: the lowest is removed first
 *   P:{memory:NAME}:knowledge hash   hash of a text → packed vector of a piece of its knowledge
 *   P:{turn:NAME}            string  which process does a periodic task for all
 *   P:{deployment}           hash    what all processes agree on (partitions), and whether data was lost
 *   P:{inspector}:NAME       list    what the development inspector received
 *   {P:QUEUE}:…              BullMQ's keys of a queue, and `turns`: token → the last priority its jobs were given
 *   P:watch:ID               channel on which appends tell processes that follow an execution
 *   P:heartbeat              channel to which nobody publishes: subscribing to it shows that Redis answers
 *   P:linger:PROCESS         channel on which a process receives events for feeds whose worker waits there
 *
 * All keys of one execution share its tag, so a script can be atomic over it; BullMQ's queues have tags of their own.
 */
export class Keys {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  execution(id: ExecutionId): ExecutionKeys {
    const base = `${this.prefix}:{${id}}`;
    return {
      exec: `${base}:exec`,
      events: `${base}:events`,
      journal: `${base}:journal`,
      attempts: `${base}:attempts`,
      logs: `${base}:logs`,
      feed: (feed) => ({
        feed: `${base}:feed:${feed}`,
        open: `${base}:feed:${feed}:open`,
        dead: `${base}:feed:${feed}:dead`,
      }),
    };
  }

  active(partition: number): string {
    return `${this.prefix}:{active-${partition}}:executions`;
  }

  get executionIndex(): string {
    return `${this.prefix}:{index}:executions`;
  }

  executionGroup(group: "live" | "SUCCESS" | "FAILED" | "REVOKED"): string {
    return `${this.executionIndex}:${group}`;
  }

  executionsOf(automation: string): string {
    return `${this.prefix}:{index}:of:${automation}`;
  }

  executionsBy(token: string): string {
    return `${this.prefix}:{index}:by:${token}`;
  }

  openRuns(token: string): string {
    return `${this.prefix}:{index}:open:${token}`;
  }

  executionsIn(threadHash: string): string {
    return `${this.prefix}:{index}:in:${threadHash}`;
  }

  get threads(): string {
    return `${this.prefix}:{index}:threads`;
  }

  get tokenNames(): string {
    return `${this.prefix}:{index}:tokens`;
  }

  get automationNames(): string {
    return `${this.prefix}:{index}:automations`;
  }

  deliveryIndex(partition: number, state: IndexedState): string {
    return `${this.prefix}:{log-${partition}}:${state}`;
  }

  attemptLog(partition: number): string {
    return `${this.prefix}:{log-${partition}}:attempts`;
  }

  bulk(id: string): string {
    return `${this.prefix}:{bulk}:${id}`;
  }

  get automations(): string {
    return `${this.prefix}:{workers}:automations`;
  }

  get processes(): string {
    return `${this.prefix}:{workers}:processes`;
  }

  breaker(endpoint: string): string {
    return `${this.prefix}:{ep:${endpoint}}:breaker`;
  }

  endpointWaiting(endpoint: string): string {
    return `${this.prefix}:{ep:${endpoint}}:waiting`;
  }

  inFlight(endpoint: string): string {
    return `${this.prefix}:{ep:${endpoint}}:in-flight`;
  }

  endpointDeliveries(endpoint: string, state: IndexedState): string {
    return `${this.prefix}:{ep:${endpoint}}:${state}`;
  }

  /** Counters of a step: of one endpoint, or of the whole deployment. */
  stats(unit: "minute" | "hour", number: number, endpoint?: string): string {
    const step = unit === "minute" ? number : `h:${number}`;
    return endpoint === undefined ? `${this.prefix}:{stats}:${step}` : `${this.prefix}:{ep:${endpoint}}:stats:${step}`;
  }

  get endpoints(): string {
    return `${this.prefix}:{endpoints}:seen`;
  }

  get expediteRequests(): string {
    return `${this.prefix}:{endpoints}:expedite`;
  }

  alert(kind: string, endpoint: string): string {
    return `${this.prefix}:{alert:${kind}:${endpoint}}`;
  }

  idempotency(hash: string): string {
    return `${this.prefix}:{idem:${hash}}`;
  }

  revokedSession(session: string): string {
    return `${this.prefix}:{signed-out:${session}}`;
  }

  flowState({ flow, id, owner }: { flow: string; id: string; owner?: string | undefined }): string {
    return `${this.prefix}:{state:${flow}:${id}${owner === undefined ? "" : `:of:${owner}`}}`;
  }

  memories(automation: string): MemoryKeys {
    const base = `${this.prefix}:{memory:${automation}}`;
    return { records: `${base}:records`, vectors: `${base}:vectors`, worths: `${base}:worths` };
  }

  knowledgeVectors(automation: string): string {
    return `${this.prefix}:{memory:${automation}}:knowledge`;
  }

  turn(name: string): string {
    return `${this.prefix}:{turn:${name}}`;
  }

  get deployment(): string {
    return `${this.prefix}:{deployment}`;
  }

  watchChannel(id: ExecutionId): string {
    return `${this.prefix}:watch:${id}`;
  }

  get heartbeatChannel(): string {
    return `${this.prefix}:heartbeat`;
  }

  waiterChannel(process: string): string {
    return `${this.prefix}:linger:${process}`;
  }

  inspector(name: string): string {
    return `${this.prefix}:{inspector}:${name}`;
  }

  /** BullMQ's prefix for a queue: the tag keeps all keys of one queue, and only those, in one slot. */
  queue(name: string): string {
    return `{${this.prefix}:${name}}`;
  }

  queueTurns(name: string): string {
    return `${this.queue(name)}:turns`;
  }
}

/** Delivery states that are listed over all executions. */
export type IndexedState = "retrying" | "dead";

export interface ExecutionKeys {
  exec: string;
  events: string;
  journal: string;
  attempts: string;
  logs: string;
  feed(feed: number): FeedKeys;
}

/** The keys of an execution's first `count` feeds, for scripts that deal with all of them. */
export function allFeedKeys(keys: ExecutionKeys, count: number): string[] {
  return Array.from({ length: count }, (_, feed): string[] => Object.values(keys.feed(feed))).flat();
}

export interface MemoryKeys {
  records: string;
  vectors: string;
  worths: string;
}

export interface FeedKeys {
  feed: string;
  open: string;
  dead: string;
}

/**
 * The queue partition of an execution. The last eight hex digits of a UUIDv7 are random, so executions spread evenly;
 * the first ones are a timestamp.
 */
export function partitionOf(id: ExecutionId, partitions: number): number {
  return Number.parseInt(id.slice(-8), 16) % partitions;
}
