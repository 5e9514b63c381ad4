/** The result of one check. */
export interface Finding {
  what: string;
  /** `bad` loses data or stops the work, `warn` may lead to that. */
  state: "ok" | "warn" | "bad";
  found: string;
  /** What to do about it. */
  fix?: string;
}

/** A finding that is ok if `holds`, and otherwise has the given state and fix. */
export function judge(
  what: string,
  found: string,
  holds: boolean,
  otherwise: { state: "warn" | "bad"; fix: string },
): Finding {
  return holds ? { what, state: "ok", found } : { what, found, ...otherwise };
}
