import type { HumanAnswer } from "@crewstream/contracts";

/** The flag decides if it was given (AMP's `is_approve`); else an empty answer or a plain word of approval does. */
export function isApproval({ approved, feedback, timedOut }: HumanAnswer): boolean {
  if (timedOut) return true;
  return (
    approved ??
    /^(|ok|okay|yes|y|approved?|accept(ed)?|lgtm|looks good|good|great|continue)[.!]*$/i.test(feedback.trim())
  );
}
