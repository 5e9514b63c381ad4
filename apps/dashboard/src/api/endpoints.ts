import { endpointDetailSchema, endpointsPageSchema } from "@crewstream/contracts";
import { useMutation, useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { queryClient, refreshMs } from "./client.ts";
import { request } from "./request.ts";

/** Endpoints with recent deliveries. */
export function useEndpoints() {
  return useQuery({
    queryKey: ["endpoints"],
    queryFn: ({ signal }) => request("api/v1/endpoints?limit=200", endpointsPageSchema, { signal }),
    refetchInterval: refreshMs.list,
  });
}

/** One endpoint with its last hour. */
export function useEndpoint(id: string) {
  return useQuery({
    queryKey: ["endpoint", id],
    queryFn: ({ signal }) => request(`api/v1/endpoints/${encodeURIComponent(id)}`, endpointDetailSchema, { signal }),
    refetchInterval: refreshMs.detail,
  });
}

/** Pauses or resumes an endpoint. */
export function useEndpointSwitch(id: string) {
  return useMutation({
    mutationFn: (action: "pause" | "resume") =>
      request(`api/v1/endpoints/${encodeURIComponent(id)}/${action}`, z.unknown(), { method: "POST", body: {} }),
    onSettled: () =>
      Promise.all(["endpoints", "endpoint", "stats"].map((key) => queryClient.invalidateQueries({ queryKey: [key] }))),
  });
}
