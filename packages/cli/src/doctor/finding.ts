/** One thing that was looked at. */
export interface Finding {
  what: string;
  /** `bad` loses data or stops the work, `warn` may come to that. */
  state: "ok" | "warn" | "bad";
  found: string;
  /** What to do about it. */
  mend?: string;
}

/** A finding that is good when `holds`, else as bad as `otherwise` says, with the way to mend it. */
export function judge(
  what: string,
  found: string,
  holds: boolean,
  otherwise: { state: "warn" | "bad"; mend: string },
): Finding {
  return holds ? { what, state: "ok", found } : { what, found, ...otherwise };
}
