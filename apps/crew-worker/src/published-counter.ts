import { addTallies, emptyTally, type Store } from "@crewstream/redis";
import type { Loop } from "@crewstream/service";

/** Counts published events in the process, and adds them to the shared counters every two seconds. */
export function publishedCounter(store: Store): { add(events: number): void; loop: Loop } {
  let count = 0;
  const flush = async () => {
    if (count === 0) return;
    const published = count;
    count = 0;
    await addTallies(store, new Map([["", { ...emptyTally(), published }]]), Date.now());
  };
  return {
    add: (events) => {
      count += events;
    },
    loop: { name: "published", everyMs: 2000, run: flush },
  };
}
