import { eventEnvelopeSchema, type Subscription, type SubscriptionSecrets } from "@crewstream/contracts";
import { responseToken } from "@crewstream/receiver";

/**
 * The body that tells a receiver that a run waits for a person, made from the event that announces it: AMP's crew form, or
 * its flow form (`new_request`, flat as AMP sends it), whose `callback_url` accepts the answer without an API token.
 * `task_id` is the request's id: a new one per request, as in AMP.
 */
export function humanBody(json: string, subscription: Subscription, secrets: SubscriptionSecrets): string {
  const { execution_id, timestamp, type, data } = eventEnvelopeSchema.parse(JSON.parse(json));
  const requestId = String(data["request_id"] ?? data["event_id"]);
  if (subscription.form === "human_crew") {
    return JSON.stringify({
      kickoff_id: execution_id,
      execution_id,
      task_id: requestId,
      task_name: data["method_name"] ?? null,
      task_output: asText(data["output"]),
      message: data["message"] ?? "",
      meta: subscription.meta ?? {},
    });
  }
  const token = responseToken(secrets.responseKey ?? "", requestId);
  const base = (subscription.callbackBase ?? "").replace(/\/$/, "");
  return JSON.stringify({
    event_type: "new_request",
    id: requestId,
    status: "pending",
    kind: type === "flow_input_requested" ? "input" : "review",
    flow_id: execution_id,
    kickoff_id: execution_id,
    flow_class: data["flow_name"] ?? null,
    method_name: data["method_name"] ?? null,
    message: data["message"] ?? "",
    output: asText(data["output"]),
    emit: data["emit"] ?? null,
    state: { id: execution_id },
    metadata: data["metadata"] ?? {},
    created_at: timestamp,
    callback_url: `${base}/human_feedback_requests/${execution_id}/${requestId}/respond?token=${token}`,
    response_token: token,
    meta: subscription.meta ?? {},
  });
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
