import { humanRequestsPageSchema, resumeResponseSchema } from "@crewstream/contracts";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import { queryClient, refreshMs } from "./client.ts";
import { request } from "./request.ts";

export type HumanRequest = z.infer<typeof humanRequestsPageSchema>["items"][number];

/** Pending human-input requests of a run; without a run those of all runs, newest first, at most 200. */
export function useHumanRequests(execution?: string) {
  const which = execution === undefined ? "limit=200" : `execution_id=${encodeURIComponent(execution)}`;
  return useQuery({
    queryKey: ["human-requests", execution],
    queryFn: ({ signal }) => request(`api/v1/human-requests?${which}`, humanRequestsPageSchema, { signal }),
    refetchInterval: refreshMs.detail,
  });
}

/** Answers a request: `approved` decides a review if given, else the text does. */
export function useAnswer({ execution_id: execution, id }: HumanRequest) {
  return useMutation({
    mutationFn: (answer: { feedback: string; approved?: boolean; outcome?: string }) =>
      request(
        `api/v1/executions/${encodeURIComponent(execution)}/human-requests/${encodeURIComponent(id)}`,
        resumeResponseSchema,
        { method: "POST", body: { ...answer, source: "dashboard" } },
      ),
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ["human-requests"] }),
        queryClient.invalidateQueries({ queryKey: ["execution", execution] }),
      ]),
  });
}
