import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./request.ts";

/** Cached responses. Outages are retried for a few seconds; what the server rejects is not requested again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always",
      staleTime: 1000,
      retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || isPassing(error.status)),
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: "always", retry: false },
  },
});

function isPassing(status: number): boolean {
  return status === 0 || status === 429 || status >= 502;
}

/** Interval at which lists and details are refreshed while the page is visible, ms. */
export const refreshMs = { stats: 2000, list: 4000, detail: 2000 } as const;
