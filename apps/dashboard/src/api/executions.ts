import {
  cancelResponseSchema,
  executionSchema,
  executionsPageSchema,
  hasEnded,
  kickoffResponseSchema,
  replayResponseSchema,
} from "@crewstream/contracts";
import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, refreshMs } from "./client.ts";
import { usePaged } from "./paged.ts";
import { request } from "./request.ts";

export function useExecutions(filter: { status?: string | undefined; automation?: string | undefined }) {
  return usePaged("api/v1/executions", executionsPageSchema, filter);
}

/** One execution; read again while it runs or has something to deliver. */
export function useExecution(id: string) {
  return useQuery({
    queryKey: ["execution", id],
    queryFn: ({ signal }) => request(`api/v1/executions/${encodeURIComponent(id)}`, executionSchema, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && hasEnded(data.state) && data.feeds_open === 0 ? false : refreshMs.detail,
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
