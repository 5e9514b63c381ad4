export {
  announceWorker,
  foundAutomations,
  servedAutomations,
  withdrawWorker,
  type FoundAutomations,
  type RefusedAutomation,
  type ServedAutomation,
  type WorkerAnnouncement,
} from "./automations.ts";
export { aclRules } from "./acl.ts";
export { fairPriority } from "./fair-priority.ts";
export { bulkFilterSchema, readBulk, writeBulk, type Bulk, type BulkFilter } from "./bulk.ts";
export { listenForAppends, Notifications } from "./notifications.ts";
export {
  advanceFeed,
  sealDeliveries,
  sealedRecords,
  type Advance,
  type Seal,
  type SettlementEffect,
} from "./advance-feed.ts";
export { followAttemptLog, logAttempts, readAttemptLog, type LoggedAttempt } from "./attempt-log.ts";
export { countDeliveries, indexSettlements, listDeliveries, relist, relistMissing, unlist } from "./delivery-index.ts";
export type { Listed } from "./newest.ts";
export {
  accumulate,
  addTallies,
  emptyTally,
  latencyBucket,
  latencyQuantile,
  readEndpoints,
  readTallies,
  type Tally,
} from "./stats.ts";
export { listActive, oldestActive } from "./active-executions.ts";
export { readAttempts } from "./attempts.ts";
export { readFeedHead, readFeedHeads, type FeedHead } from "./feed-heads.ts";
export {
  addExpediteRequest,
  readExpediteRequests,
  removeExpediteRequests,
  type ExpediteRequest,
} from "./expedite-requests.ts";
export { addWaitingJob, takeWaitingJobs, type WaitingJob } from "./endpoint-waiters.ts";
export { endpointUsedAt, holdEndpoint, listEndpoints, opensAt, readBreaker, type BreakerView } from "./endpoints.ts";
export {
  countLive,
  groupOf,
  listExecutions,
  tidyExecutions,
  type ExecutionGroup,
  type ExecutionList,
} from "./execution-index.ts";
export { readExecutionBriefs, type ExecutionBrief } from "./execution-summary.ts";
export {
  admitRequest,
  allowProbe,
  noteRefusal,
  reportRequest,
  type Admission,
  type BreakerLimits,
} from "./breakers.ts";
export { announceEveryMs, liveProcesses, processAnnouncer, type LiveProcess } from "./processes.ts";
export type { RedisClient } from "./connection/client.ts";
export type { RetryMode } from "./connection/cluster.ts";
export { maxBlockMs } from "./connection/heartbeat.ts";
export { appendLogs, maxLogLines, readLogs, type LogLine } from "./run-logs.ts";
export {
  attemptSchema,
  deliveryRecordSchema,
  waitsForRetry,
  type Attempt,
  type DeliveryRecord,
  type OpenDelivery,
  type Settlement,
} from "./deliveries.ts";
export { dataLostAt, Deployment, replaceSetting } from "./deployment.ts";
export {
  appendStep,
  readEntries,
  readEventIds,
  readEvents,
  readJournal,
  type AppendStep,
  type EventRead,
} from "./event-log.ts";
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
} from "./executions.ts";
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
} from "./feeds.ts";
export { loadFlowState, saveFlowState } from "./flow-states.ts";
export { answerHuman, readAnswer } from "./human.ts";
export { claimIdempotencyKey } from "./idempotency.ts";
export { inFlightAnnouncer, readInFlight } from "./in-flight.ts";
export { clearInspected, keepInspected, readInspected, type InspectedRequest } from "./inspector.ts";
export { type AppendNotice, FeedWaiters, type WaitSlot } from "./feed-waiters.ts";
export { Keys, partitionOf, type IndexedState } from "./keys.ts";
export { claimLease, decrementRunCount, releaseLease, renewLease, type Lease, type LeaseRefusal } from "./lease.ts";
export { isOutage } from "./connection/outage.ts";
export { isSessionRevoked, revokeSession } from "./sessions.ts";
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
} from "./memories.ts";
export { openStore, redisProblem, type Store, type StoreConfig } from "./store.ts";
export { tlsRefusal } from "./connection/tls-refusal.ts";
export { tidyDeliveries } from "./tidy-deliveries.ts";
export { claimAlert, takeTurn } from "./turns.ts";
