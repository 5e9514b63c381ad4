import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./request.ts";

/** What the page has read. Outages are retried for a few seconds; what the server refuses is not asked again. */
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

/** How often lists and details are read again while the page is looked at, ms. */
export const refreshMs = { stats: 2000, list: 4000, detail: 2000 } as const;
