import type { ReactElement } from "react";
import { Traffic, type TrafficLine } from "../../parts/traffic.tsx";

const lines: readonly TrafficLine[] = [
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

/** What was published and delivered, and the endpoints' response times. */
export function AllTraffic(): ReactElement {
  return <Traffic title="Events per minute" lines={lines} />;
}
