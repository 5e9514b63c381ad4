import {
  bulkRetrySchema,
  deliveriesPageSchema,
  deliveryActionSchema,
  deliveryDetailSchema,
  deliveryRequestSchema,
  type DeliveryViewState,
} from "@crewstream/contracts";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, refreshMs } from "./client.ts";
import { usePaged } from "./paged.ts";
import { isGone, request } from "./request.ts";

export interface DeliveryFilter {
  state: DeliveryViewState;
  endpoint?: string | undefined;
  execution_id?: string | undefined;
  outcome?: string | undefined;
  status?: string | undefined;
  reason?: string | undefined;
}

export function useDeliveries(filter: DeliveryFilter, options: { enabled?: boolean } = {}) {
  return usePaged("api/v1/deliveries", deliveriesPageSchema, { ...filter }, options);
}

export function useDelivery(id: string) {
  return useQuery({
    queryKey: ["delivery", id],
    queryFn: ({ signal }) => request(`api/v1/deliveries/${encodeURIComponent(id)}`, deliveryDetailSchema, { signal }),
    refetchInterval: ({ state }) => (isGone(state.error) ? false : refreshMs.detail),
  });
}

/** The request of a delivery; read again after another attempt. */
export function useDeliveryRequest(id: string, attempts: number) {
  return useQuery({
    queryKey: ["delivery-request", id, attempts],
    queryFn: ({ signal }) =>
      request(`api/v1/deliveries/${encodeURIComponent(id)}/request`, deliveryRequestSchema, { signal }),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
}

/** Retries a delivery now, or discards it. */
export function useDeliveryAction(id: string) {
  return useMutation({
    mutationFn: (action: "retry" | "discard") =>
      request(`api/v1/deliveries/${encodeURIComponent(id)}/${action}`, deliveryActionSchema, {
        method: "POST",
        body: {},
      }),
    onSettled: () => refreshDeliveries(),
  });
}

/** The deliveries of a bulk operation; absent fields match everything. */
export interface BulkFilter {
  state: "retrying" | "dead";
  endpoint?: string;
  execution_id?: string;
  outcome?: string;
  status?: number;
  reason?: string;
}

export type BulkAction = "retry" | "discard";

/** Retries or discards all matches, or only counts them. */
export async function changeAll(action: BulkAction, filter: BulkFilter, dryRun: boolean) {
  const body = { filter, dry_run: dryRun };
  const answer = await request(`api/v1/deliveries/${action}`, bulkRetrySchema, { method: "POST", body });
  if (!dryRun) await refreshDeliveries();
  return answer;
}

/** Progress of a bulk operation. */
export function useBulk(id: string | undefined) {
  return useQuery({
    queryKey: ["bulk", id],
    queryFn: ({ signal }) => request(`api/v1/bulk-retries/${id ?? ""}`, bulkRetrySchema, { signal }),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data?.state === "finished" ? false : 1000),
  });
}

async function refreshDeliveries(): Promise<void> {
  await Promise.all(
    ["api/v1/deliveries", "delivery", "groups", "stats"].map((key) =>
      queryClient.invalidateQueries({ queryKey: [key] }),
    ),
  );
}
