import { endpointId, endpointOrigin, eventId, newExecutionId } from "@crewstream/contracts";
import { appendStep, claimAlert, createExecution, type Store } from "@crewstream/redis";
import type { Alert, DeliveryQueues } from "../context.ts";

/** Executions of this automation are alerts: one event each, and no run. */
export const operationsAutomation = "crewstream.operations";

/**
 * Creates a function that sends alerts to `OPERATIONS_WEBHOOK_URL`. An alert is an ended execution with one event and one
 * feed, so it is signed, retried and dead-lettered like any other event. Without a URL nothing is sent.
 */
export function createAlerts(
  store: Store,
  queues: DeliveryQueues,
  url: string | undefined,
): (alert: Alert) => Promise<void> {
  if (url === undefined) return () => Promise.resolve();
  const own = endpointId(new URL(url));
  return async (alert) => {
    // An alert about the endpoint that receives the alerts would cause the next one.
    const { endpoint } = alert;
    if (endpoint === own || !(await claimAlert(store, alert.kind, endpoint ?? "deployment"))) return;
    const id = newExecutionId();
    const now = Date.now();
    await createExecution(store, {
      id,
      automation: operationsAutomation,
      kind: "flow",
      inputs: {},
      meta: undefined,
      token: "system",
      createdAt: now,
      listed: false,
      subscriptions: [{ url, events: ["*"], mode: "realtime", form: "events", ordering: "relaxed" }],
    });
    const event = { id: eventId(id, "alert", alert.kind, 0), type: alert.kind };
    const data = {
      ...(endpoint === undefined ? {} : { endpoint: endpointOrigin(endpoint), endpoint_id: endpoint }),
      ...alert.details,
      emission_sequence: 1,
    };
    const json = JSON.stringify({
      id: event.id,
      execution_id: id,
      timestamp: new Date(now).toISOString(),
      type: alert.kind,
      data,
    });
    await appendStep(store, id, {
      epoch: 0,
      events: [{ ...event, seq: 1, json }],
      rows: [],
      fields: { state: "SUCCESS", ended_at: now },
      feeds: [0],
    });
    await queues.wakeFeed({ executionId: id, feed: 0 }, { delayMs: 0 });
  };
}
