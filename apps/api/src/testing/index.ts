export {
  pollingClients,
  statusReaders,
  type PollingClient,
  type Reading,
  type StatusReader,
} from "./status-readers.ts";
