import { eventType } from "./event-type.ts";
import { maybeText, optionalInteger } from "./fields.ts";

const signal = { signal_number: optionalInteger, reason: maybeText };

export const systemEvents = {
  SIGTERM: eventType("The process was asked to end.", signal, { signal_number: 15, reason: "redeploy" }),
  SIGINT: eventType("The process was interrupted from its terminal.", signal, { signal_number: 2, reason: null }),
  SIGHUP: eventType("The process's terminal went away.", signal, { signal_number: 1, reason: null }),
  SIGTSTP: eventType("The process was stopped from its terminal.", signal, { signal_number: 20, reason: null }),
  SIGCONT: eventType("The process goes on after a stop.", signal, { signal_number: 18, reason: null }),
};
