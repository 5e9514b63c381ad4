import { setTimeout as delay } from "node:timers/promises";
import { endpointId } from "@crewstream/contracts";
import type { FaultySystem } from "./faulty-system.ts";

/** The operator leaves waits shorter than this alone, ms. */
const maxWaitMs = 60_000;
const lookMs = 500;

interface EndpointView {
  breaker: { wait_until: string | null };
}

/**
 * A person who watches the receiver's endpoint: whenever it has asked for a long wait, they resume it, once, and expect
 * everything to continue without them.
 */
export class Operator implements AsyncDisposable {
  readonly #system: FaultySystem;
  readonly #path: string;
  readonly #random: () => number;
  readonly #watching: Promise<void>;
  #left = false;

  constructor(system: FaultySystem, receiver: string, random: () => number) {
    this.#system = system;
    this.#path = `/api/v1/endpoints/${endpointId(new URL(receiver))}`;
    this.#random = random;
    this.#watching = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#left = true;
    await this.#watching;
  }

  async #watch(): Promise<void> {
    for (let resumed: string | null = null; !this.#left; await delay(lookMs)) {
      // Redis may be down: the operator checks again.
      const waitUntil = await this.#waitUntil().catch(() => null);
      if (waitUntil === null || waitUntil === resumed) continue;
      if (Date.parse(waitUntil) - Date.now() < maxWaitMs) continue;
      await delay(200 + this.#random() * 2000);
      if (await this.#resume().catch(() => false)) resumed = waitUntil;
    }
  }

  async #waitUntil(): Promise<string | null> {
    const { status, body } = await this.#system.client.get<EndpointView>(this.#path);
    return status === 200 ? body.breaker.wait_until : null;
  }

  async #resume(): Promise<boolean> {
    return (await this.#system.client.post(`${this.#path}/resume`)).status === 200;
  }
}
