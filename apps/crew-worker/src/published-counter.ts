import { addTallies, emptyTally, type Store } from "@crewstream/redis";
import { Signal, type Loop } from "@crewstream/service";

/** Counts published events in the process, and adds them to the shared counters two seconds after the first. */
export function publishedCounter(store: Store): { add(events: number): void; loop: Loop } {
  const trigger = new Signal();
  let count = 0;
  const flush = async (): Promise<void> => {
    const published = count;
    count = 0;
    try {
      await addTallies(store, new Map([["", { ...emptyTally(), published }]]), Date.now());
    } catch (error) {
      count += published;
      throw error;
    }
  };
  return {
    add: (events) => {
      count += events;
      trigger.notify();
    },
    loop: { name: "published", everyMs: 2000, trigger, run: flush },
  };
}
