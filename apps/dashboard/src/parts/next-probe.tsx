import type { ReactElement } from "react";
import { Moment, useNow } from "./time.tsx";

/**
 * When an endpoint that accepts nothing is probed next. A probe is a delivery: once it may be sent, it is the next one
 * that is due.
 */
export function NextProbe({ at }: { at: string | null }): ReactElement {
  const now = useNow();
  if (at === null || Date.parse(at) <= now) return <>Its next due delivery is sent as the probe.</>;
  return (
    <>
      The next probe is <Moment at={at} />.
    </>
  );
}
