export {
  announceWorker,
  foundAutomations,
  servedAutomations,
  withdrawWorker,
  type FoundAutomations,
  type RefusedAutomation,
  type ServedAutomation,
  type WorkerAnnouncement,
} from "./deployment/automations.ts";
export { aclRules } from "./acl.ts";
export { fairPriority } from "./executions/fair-priority.ts";
export { bulkFilterSchema, readBulk, writeBulk, type Bulk, type BulkFilter } from "./feeds/bulk.ts";
export { listenForAppends, Notifications } from "./notifications.ts";
export {
  advanceFeed,
  sealDeliveries,
  sealedRecords,
  type Advance,
  type Seal,
  type SettlementEffect,
} from "./feeds/advance-feed.ts";
export { followAttemptLog, logAttempts, readAttemptLog, type LoggedAttempt } from "./feeds/attempt-log.ts";
export {
  countDeliveries,
  indexSettlements,
  listDeliveries,
  relist,
  relistMissing,
  unlist,
} from "./indexes/delivery-index.ts";
export type { Listed } from "./indexes/newest.ts";
export {
  accumulate,
  addTallies,
  emptyTally,
  latencyBucket,
  latencyQuantile,
  readEndpoints,
  readTallies,
  readTallySteps,
  type TallyUnit,
  type Tally,
} from "./endpoints/stats.ts";
export { listActive, oldestActive } from "./executions/active-executions.ts";
export { readAttempts } from "./feeds/attempts.ts";
export { readFeedHead, readFeedHeads, type FeedHead } from "./feeds/feed-heads.ts";
export {
  addExpediteRequest,
  readExpediteRequests,
  removeExpediteRequests,
  type ExpediteRequest,
} from "./endpoints/expedite-requests.ts";
export { addWaitingJob, takeWaitingJobs, type WaitingJob } from "./endpoints/endpoint-waiters.ts";
export {
  endpointUsedAt,
  setEndpointPaused,
  listEndpoints,
  opensAt,
  readBreaker,
  type BreakerView,
} from "./endpoints/endpoints.ts";
export {
  countLive,
  groupOf,
  listExecutions,
  tidyExecutions,
  type ExecutionGroup,
  type ExecutionList,
} from "./indexes/execution-index.ts";
export { readExecutionBriefs, type ExecutionBrief } from "./executions/execution-summary.ts";
export {
  admitRequest,
  allowProbe,
  noteRefusal,
  reportRequest,
  type Admission,
  type BreakerLimits,
} from "./endpoints/breakers.ts";
export { announceEveryMs, liveProcesses, processAnnouncer, type LiveProcess } from "./deployment/processes.ts";
export type { RedisClient } from "./connection/client.ts";
export type { RetryMode } from "./connection/cluster.ts";
export { maxBlockMs } from "./connection/heartbeat.ts";
export { appendLogs, maxLogLines, readLogs, type LogLine } from "./executions/run-logs.ts";
export {
  attemptSchema,
  deliveryRecordSchema,
  waitsForRetry,
  type Attempt,
  type DeliveryRecord,
  type OpenDelivery,
  type Settlement,
} from "./feeds/deliveries.ts";
export { dataLostAt, Deployment, replaceSetting } from "./deployment/deployment.ts";
export {
  appendStep,
  readEntries,
  readEventIds,
  readEvents,
  readJournal,
  type AppendStep,
  type EventRead,
} from "./executions/event-log.ts";
export {
  activeExecutions,
  cancelExecution,
  createExecution,
  discardExecution,
  forgetExecution,
  readExecution,
  readExecutionHead,
  readStarter,
  retireExecution,
  type CancelAnswer,
  type ExecutionRecord,
  type NewExecution,
} from "./executions/executions.ts";
export {
  addFeed,
  closeFeed,
  discardDelivery,
  readDeadFirsts,
  expediteDelivery,
  readDeadLetter,
  readDeadLetters,
  readFeed,
  readOpenDelivery,
  readSubscriptions,
  endFeedIfDone,
  restFeed,
  reviveDelivery,
  type FeedAddress,
  type FeedRest,
  type FeedState,
} from "./feeds/feeds.ts";
export { loadFlowState, saveFlowState } from "./memory/flow-states.ts";
export { answerHuman, readAnswer } from "./executions/human.ts";
export { claimIdempotencyKey } from "./executions/idempotency.ts";
export { inFlightAnnouncer, readInFlight } from "./endpoints/in-flight.ts";
export { clearInspected, keepInspected, readInspected, type InspectedRequest } from "./deployment/inspector.ts";
export { type AppendNotice, FeedWaiters, type WaitSlot } from "./feeds/feed-waiters.ts";
export { Keys, partitionOf, type IndexedState } from "./keys.ts";
export {
  claimLease,
  decrementRunCount,
  releaseLease,
  renewLease,
  type Lease,
  type LeaseRefusal,
} from "./executions/lease.ts";
export { isOutage } from "./connection/outage.ts";
export { isSessionRevoked, revokeSession } from "./deployment/sessions.ts";
export {
  changeMemories,
  forgetMemories,
  forgetMemory,
  keepVectors,
  listMemories,
  readMemories,
  readVectors,
  type KeptMemory,
  type MemoriesChange,
} from "./memory/memories.ts";
export { openStore, redisProblem, type Store, type StoreConfig } from "./store.ts";
export { tlsRefusal } from "./connection/tls-refusal.ts";
export { tidyDeliveries } from "./indexes/tidy-deliveries.ts";
export { claimAlert, takeTurn } from "./deployment/turns.ts";
