import { AppError, ErrorCode, type servedAutomationSchema } from "@crewstream/contracts";
import {
  foundAutomations,
  type FoundAutomations,
  type RefusedAutomation,
  type ServedAutomation,
  type Store,
} from "@crewstream/redis";
import type { z } from "zod";

const freshForMs = 1000;

/**
 * The automations that live crew workers have found, read at most once a second, so that a kickoff needs no round trip
 * for it. Concurrent readers share one read.
 */
export class Automations {
  readonly #store: Store;
  readonly #preferred: string | undefined;
  #reading: Promise<FoundAutomations> | undefined;
  #readAt = 0;

  /** @param preferred `DEFAULT_AUTOMATION` */
  constructor(store: Store, preferred: string | undefined) {
    this.#store = store;
    this.#preferred = preferred;
  }

  /** Those that are served, by name. */
  async list(): Promise<ServedAutomation[]> {
    return (await this.#found()).served;
  }

  /** All that workers have found, by name, with the reason if one cannot be served. */
  async listAll(): Promise<z.output<typeof servedAutomationSchema>[]> {
    const { served, unavailable } = await this.#found();
    const refused = new Map(unavailable.map((each) => [each.name, each]));
    const names = new Set(served.map(({ name }) => name));
    const listed = [
      ...served.map((each) => ready(each, refused.get(each.name))),
      ...unavailable.filter(({ name }) => !names.has(name)).map(unserved),
    ];
    return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * The automation with this name, or the default one: `DEFAULT_AUTOMATION`, else the first by name.
   * @throws AppError `automation_unavailable` that names it and says what is served, or what must be done first
   */
  async find(name: string | undefined): Promise<ServedAutomation> {
    const { served, unavailable } = await this.#found();
    const wanted = name ?? this.#preferred;
    const found = wanted === undefined ? served[0] : served.find((automation) => automation.name === wanted);
    if (found !== undefined) return found;
    const names = served.map((automation) => automation.name);
    const refused = unavailable.find((each) => each.name === wanted);
    const instead = insteadOf(names, unavailable);
    const what = wanted === undefined ? "No automation is served" : `No live crew worker serves "${wanted}"`;
    throw new AppError(refused === undefined ? `${what}. ${instead}` : `${sentenceOf(refused)} ${instead}`, {
      code: ErrorCode.automationUnavailable,
      retryable: true,
      details: {
        ...(wanted === undefined ? {} : { automation: wanted }),
        served: names,
        ...(refused === undefined ? {} : { state: refused.state, ...fixOf(refused) }),
      },
    });
  }

  async #found(): Promise<FoundAutomations> {
    const now = Date.now();
    if (this.#reading === undefined || now - this.#readAt >= freshForMs) {
      this.#readAt = now;
      this.#reading = foundAutomations(this.#store, now);
      this.#reading.catch(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading;
  }
}

function insteadOf(served: readonly string[], unavailable: readonly RefusedAutomation[]): string {
  if (served.length > 0) return `Served are: ${served.join(", ")}.`;
  return unavailable.length > 0 ? "None can be run yet." : "No crew worker is running.";
}

/** Why an automation is not served, and what to do about it. */
function sentenceOf({ name, state, reason, fix }: RefusedAutomation): string {
  const what = state === "failed" ? "does not load" : "cannot be run yet";
  const sentence = `The automation "${name}" ${what}: ${reason.replace(/\.?$/, ".")}`;
  return fix === undefined ? sentence : `${sentence} Run \`${fix}\`.`;
}

/** One that is served, and why another worker does not serve it. */
function ready(
  served: ServedAutomation,
  refused: RefusedAutomation | undefined,
): z.output<typeof servedAutomationSchema> {
  const isReady = { ...served, state: "ready" as const };
  if (refused === undefined || refused.state === "starting") return isReady;
  return { ...isReady, reason: `Not served on the host ${refused.host}: ${refused.reason}`, ...fixOf(refused) };
}

function unserved(refused: RefusedAutomation): z.output<typeof servedAutomationSchema> {
  const { name, runtime, state, reason } = refused;
  const unknown = { kind: null, description: "", inputs: [], required: [], version: "", workers: 0 };
  return { ...unknown, name, runtime, state, reason, ...fixOf(refused) };
}

function fixOf({ fix }: RefusedAutomation): { fix?: string } {
  return fix === undefined ? {} : { fix };
}
