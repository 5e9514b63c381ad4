import {
  cancelResponseSchema,
  executionLogsSchema,
  executionSchema,
  executionsPageSchema,
  hasEnded,
  kickoffResponseSchema,
  replayResponseSchema,
} from "@crewstream/contracts";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, refreshMs } from "./client.ts";
import { usePaged } from "./paged.ts";
import { request } from "./request.ts";

/** Filters of a list of executions; absent and empty values select all. */
export interface ExecutionFilter {
  status?: string | undefined;
  automation?: string | undefined;
  search?: string | undefined;
  /** ISO 8601. */
  since?: string | undefined;
  min_duration_ms?: number | undefined;
}

export function useExecutions({ ...filter }: ExecutionFilter) {
  return usePaged("api/v1/executions", executionsPageSchema, filter);
}

/** One execution; refreshed while it runs or has undelivered events. */
export function useExecution(id: string) {
  return useQuery({
    queryKey: ["execution", id],
    queryFn: ({ signal }) => request(`api/v1/executions/${encodeURIComponent(id)}`, executionSchema, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && hasEnded(data.state) && data.feeds_open === 0 ? false : refreshMs.detail,
  });
}

/** The output of a run's automation; refreshed while it runs. */
export function useLogs(id: string, ended: boolean) {
  return useQuery({
    queryKey: ["logs", id, ended],
    queryFn: ({ signal }) =>
      request(`api/v1/executions/${encodeURIComponent(id)}/logs`, executionLogsSchema, { signal }),
    refetchInterval: ended ? false : refreshMs.detail,
    placeholderData: keepPreviousData,
  });
}

/** Starts a run like this one; absent fields of the body are the same as there. */
export function useRerun(id: string) {
  return useMutation({
    mutationFn: ({ body, key }: { body: { inputs?: unknown; webhooks?: unknown }; key: string }) =>
      request(`api/v1/executions/${encodeURIComponent(id)}/rerun`, kickoffResponseSchema, {
        method: "POST",
        body,
        headers: { "idempotency-key": key },
      }),
  });
}

export function useCancel(id: string) {
  return useMutation({
    mutationFn: () =>
      request(`api/v1/executions/${encodeURIComponent(id)}/cancel`, cancelResponseSchema, { method: "POST", body: {} }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["execution", id] }),
  });
}

export interface ReplayWish {
  feed?: number | undefined;
  url?: string | undefined;
  authentication?: { strategy: "bearer"; token: string } | undefined;
  types?: string[] | undefined;
  from?: number | undefined;
  to?: number | undefined;
}

export function useReplay(id: string) {
  return useMutation({
    mutationFn: (body: ReplayWish) =>
      request(`api/v1/executions/${encodeURIComponent(id)}/replay`, replayResponseSchema, { method: "POST", body }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["execution", id] }),
  });
}

/** Kicks an automation off; the key makes a second press of the button the same kickoff. */
export function useKickoff(automation: string) {
  return useMutation({
    mutationFn: ({ body, key }: { body: unknown; key: string }) =>
      request(`automations/${encodeURIComponent(automation)}/kickoff`, kickoffResponseSchema, {
        method: "POST",
        body,
        headers: { "idempotency-key": key },
      }),
  });
}
