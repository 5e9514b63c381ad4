export {
  announceWorker,
  servedAutomations,
  withdrawWorker,
  type ServedAutomation,
  type WorkerAnnouncement,
} from "./automations.ts";
export { admitRequest, reportRequest, type Admission, type BreakerLimits } from "./breakers.ts";
export { createRedis, type Patience, type RedisClient } from "./client.ts";
export {
  attemptSchema,
  deliveryRecordSchema,
  type Attempt,
  type DeliveryRecord,
  type OpenDelivery,
  type Settlement,
} from "./deliveries.ts";
export { agreeOnPartitions } from "./deployment.ts";
export { appendStep, readEventIds, readEvents, readJournal, type AppendStep } from "./event-log.ts";
export {
  activeExecutions,
  cancelExecution,
  createExecution,
  discardExecution,
  forgetExecution,
  readExecution,
  readExecutionHead,
  requestCancel,
  retireExecution,
  type CancelAnswer,
  type ExecutionRecord,
  type NewExecution,
} from "./executions.ts";
export {
  closeFeed,
  readDeadLetters,
  readFeed,
  readOpenDelivery,
  readSubscriptions,
  restFeed,
  sealDeliveries,
  settleDeliveries,
  type FeedAddress,
  type FeedRest,
  type FeedState,
} from "./feeds.ts";
export { claimIdempotencyKey } from "./idempotency.ts";
export { clearInspected, keepInspected, readInspected, type InspectedRequest } from "./inspector.ts";
export { Keys, partitionOf } from "./keys.ts";
export { claimLease, releaseLease, renewLease, type Lease, type LeaseRefusal } from "./lease.ts";
export { isOutage } from "./outage.ts";
export { openStore, ping, type Store, type StoreConfig } from "./store.ts";
export { takeTurn } from "./turns.ts";
