import { AppError, ErrorCode } from "@crewstream/contracts";
import { servedAutomations, type ServedAutomation, type Store } from "@crewstream/redis";

const freshForMs = 1000;

/**
 * What live crew workers serve, read at most once a second: a kickoff then costs no round trip of its own for it.
 * Concurrent readers share one read.
 */
export class Automations {
  readonly #store: Store;
  readonly #preferred: string | undefined;
  #reading: Promise<ServedAutomation[]> | undefined;
  #readAt = 0;

  /** @param preferred `DEFAULT_AUTOMATION` */
  constructor(store: Store, preferred: string | undefined) {
    this.#store = store;
    this.#preferred = preferred;
  }

  /** All of them, by name. */
  async list(): Promise<ServedAutomation[]> {
    const now = Date.now();
    if (this.#reading === undefined || now - this.#readAt >= freshForMs) {
      this.#readAt = now;
      this.#reading = servedAutomations(this.#store, now);
      this.#reading.catch(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading;
  }

  /**
   * The automation of this name, or the default one: `DEFAULT_AUTOMATION`, else the first by name.
   * @throws AppError `automation_unavailable` that names it and says what is served
   */
  async find(name: string | undefined): Promise<ServedAutomation> {
    const served = await this.list();
    const wanted = name ?? this.#preferred;
    const found = wanted === undefined ? served[0] : served.find((automation) => automation.name === wanted);
    if (found !== undefined) return found;
    const names = served.map((automation) => automation.name);
    const what = wanted === undefined ? "No automation is served" : `No live crew worker serves "${wanted}"`;
    const instead = names.length === 0 ? "No crew worker is running." : `Served are: ${names.join(", ")}.`;
    throw new AppError(`${what}. ${instead}`, {
      code: ErrorCode.automationUnavailable,
      retryable: true,
      details: { ...(wanted === undefined ? {} : { automation: wanted }), served: names },
    });
  }
}
