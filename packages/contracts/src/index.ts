export { AppError, ErrorCode, errorMessage, type AppErrorOptions } from "./errors.ts";
export {
  createdAt,
  deliveryId,
  endpointId,
  endpointOrigin,
  eventId,
  executionIdSchema,
  newExecutionId,
  parseDeliveryId,
  parseExecutionId,
  type DeliveryAddress,
  type ExecutionId,
} from "./ids.ts";
export { isObject, parseJson } from "./json.ts";
export { plural } from "./plural.ts";
export { waitAtMost } from "./wait-at-most.ts";
export {
  eventEnvelopeSchema,
  webhookBodySchema,
  type EventEnvelope,
  type StoredEvent,
  type WebhookBody,
} from "./envelope.ts";
export { feedTotalsSchema, formatFeedTotals, parseFeedTotals, type FeedTotals } from "./feed-totals.ts";
export { parseTraceContext, type TraceContext } from "./trace-context.ts";
export { compileSelector, typeAliases, underName, type Selector } from "./selection.ts";
export { authenticationSchema, credentialOf, type Authentication, type Credential } from "./authentication.ts";
export {
  bodyForms,
  orderings,
  signingSecretPrefix,
  signingSecretSchema,
  subscriptionSchema,
  subscriptionSecretsSchema,
  webhookHeaders,
  type BodyForm,
  type Ordering,
  type Subscription,
  type SubscriptionSecrets,
} from "./webhook.ts";
export { isApproval, readOutcome, type OutcomeReading } from "./human-outcome.ts";
export {
  humanAnswerSchema,
  pausedOutcomeSchema,
  pendingInputSchema,
  type HumanAnswer,
  type PausedOutcome,
  type PendingInput,
} from "./human-input.ts";
export {
  executionStates,
  executionStateSchema,
  hasEnded,
  noUsage,
  usageSchema,
  type ExecutionState,
  type LastStep,
  type LastTask,
  type Progress,
  type RunOutcome,
  type Usage,
} from "./execution.ts";
export { liesWithin, memoryRecordSchema, type MemoryRecord } from "./memory.ts";
export {
  automationAnnouncementSchema,
  automationNameSchema,
  runtimes,
  unavailableAutomationSchema,
  type AutomationAnnouncement,
  type Runtime,
  type UnavailableAutomation,
  flowGraphSchema,
  type FlowGraphView,
} from "./automation.ts";
export {
  bulkRetryJobSchema,
  drainFeedJobSchema,
  retryDeliveryJobSchema,
  runExecutionJobSchema,
  type BulkRetryJob,
  type DrainFeedJob,
  type RetryDeliveryJob,
  type RunExecutionJob,
} from "./jobs.ts";
export { baseDataSchema } from "./events/base.ts";
export {
  eventGroups,
  eventTypes,
  isKnownEventType,
  schemaFor,
  type CatalogueEvent,
  type EventAliases,
  type EventData,
  type EventGroup,
  type EventTypeName,
  type KnownEventName,
} from "./events/catalogue.ts";
export { describeEventTypes, type EventTypeDescription } from "./events/describe.ts";
export { pairs as eventPairs, scopeOf, type EventScope } from "./events/scope.ts";
export { runtimesEmitting } from "./events/emitted.ts";
export { suggestEventType } from "./events/suggest.ts";
export { isAbsent } from "./api/absent.ts";
export {
  inputsResponseSchema,
  kickoffHeadersSchema,
  kickoffRequestSchema,
  kickoffResponseSchema,
  stopQuerySchema,
  stopResponseSchema,
  threadIdSchema,
  type KickoffRequest,
  type KickoffResponse,
} from "./api/kickoff.ts";
export {
  automationsPageSchema,
  eventTypeSchema,
  eventTypesPageSchema,
  servedAutomationSchema,
} from "./api/catalogue.ts";
export {
  attemptViewSchema,
  bulkRetryRequestSchema,
  bulkRetrySchema,
  deliveriesPageSchema,
  deliveriesQuerySchema,
  deliveryActionSchema,
  deliveryDetailSchema,
  deliveryRequestSchema,
  deliverySchema,
  deliveryStates,
  failureGroupSchema,
  failureGroupsQuerySchema,
  failureGroupsSchema,
  liveAttemptSchema,
  retryFilterSchema,
  type AttemptView,
  type BulkRetry,
  type Delivery,
  type DeliveryDetail,
  type DeliveryRequest,
  type DeliveryViewState,
  type FailureGroup,
  type LiveAttempt,
} from "./api/deliveries.ts";
export {
  endpointDetailSchema,
  endpointHealths,
  endpointSchema,
  endpointsPageSchema,
  minuteSchema,
  statsHistoryQuerySchema,
  statsHistorySchema,
  statsSchema,
  tallySchema,
  type Endpoint,
  type EndpointHealth,
  type Stats,
  type TallyView,
} from "./api/endpoints.ts";
export {
  cancelResponseSchema,
  eventsEndSchema,
  eventsHeadersSchema,
  eventsPageSchema,
  eventsPositionSchema,
  eventsQuerySchema,
  eventsStateSchema,
  executionSchema,
  executionsPageSchema,
  executionsQuerySchema,
  executionLogsSchema,
  executionSummarySchema,
  rerunRequestSchema,
  feedViewSchema,
  progressViewSchema,
  replayRequestSchema,
  replayResponseSchema,
  subscribeRequestSchema,
  subscriptionsPageSchema,
  type Execution,
  type ExecutionSummary,
  type FeedView,
} from "./api/executions.ts";
export { forgetQuerySchema, forgottenSchema, memoriesPageSchema, memoriesQuerySchema } from "./api/memory.ts";
export { pageQuerySchema } from "./api/page.ts";
export { problemSchema, type Problem } from "./api/problem.ts";
export { processViewSchema } from "./api/processes.ts";
export { webhookSettingsFields, webhookSettingsSchema, type WebhookSettings } from "./api/webhook-settings.ts";
export {
  humanAnswerRequestSchema,
  humanRequestSchema,
  humanRequestsPageSchema,
  humanRequestsQuerySchema,
  resumeRequestSchema,
  resumeResponseSchema,
} from "./api/human.ts";
export {
  automationStatsQuerySchema,
  automationStatsSchema,
  statsRanges,
  type AutomationStats,
  type StatsRange,
} from "./api/automation-stats.ts";
