import type { Stats } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { LastHour, type HourLine } from "../../parts/last-hour.tsx";

const lines: readonly HourLine[] = [
  {
    name: "Events delivered",
    verb: "events delivered",
    colour: "--good",
    pick: (minute) => minute.events,
    filled: true,
  },
  { name: "Events published", verb: "events published", colour: "--info", pick: (minute) => minute.published },
  { name: "Failed attempts", verb: "attempts failed", colour: "--bad", pick: (minute) => minute.failed },
];

/** The last hour: published and delivered events, and the response times of endpoints. */
export function Traffic({ stats }: { stats: Pick<Stats, "minutes"> }): ReactElement {
  return <LastHour title="Events per minute" minutes={stats.minutes} lines={lines} />;
}
