import type { ReactElement } from "react";

const paths = {
  overview: "M2 9.5h3l2-6 3 9 2-5h2",
  executions: "M5 3.5v9l7-4.5z",
  deliveries: "M2 3.5h12v9H2zM2 4.5l6 4.5 6-4.5",
  endpoints: "M3 3h10v4H3zM3 9h10v4H3zM5.5 5h.01M5.5 11h.01",
  automations: "M8 2v3M8 11v3M2 8h3M11 8h3M5.5 5.5h5v5h-5z",
  queues: "M2 4h12M2 8h12M2 12h7",
  out: "M6 3H3v10h10v-3M9 3h4v4M13 3 7.5 8.5",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  done: "M3 8.5l3.5 3.5L13 4.5",
  warn: "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 12h.01",
  stop: "M4 4h8v8H4z",
  open: "M6 4l4 4-4 4",
  person: "M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.5c.5-3 2.5-4 5-4s4.5 1 5 4",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  close: "M4 4l8 8M12 4l-8 8",
} as const;
export type IconName = keyof typeof paths;

/** A decoration next to a word with the same meaning. */
export function Icon({ name }: { name: IconName }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
