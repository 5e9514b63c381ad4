import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { z } from "zod";
import { refreshMs } from "./client.ts";
import { queryText, request } from "./request.ts";

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

const pageLength = 100;

/**
 * A list that is read page by page as it is scrolled. While only its first page is loaded it refreshes itself; further
 * down it does not, so that rows do not move while they are read.
 */
export function usePaged<Item>(
  path: string,
  schema: z.ZodType<Page<Item>>,
  filter: Record<string, string | number | undefined>,
  options: { enabled?: boolean } = {},
) {
  const query = useInfiniteQuery({
    queryKey: [path, filter],
    queryFn: ({ pageParam, signal }) =>
      request(`${path}${queryText({ ...filter, limit: pageLength, cursor: pageParam })}`, schema, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= 1 ? refreshMs.list : false),
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= 1,
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return { ...query, items };
}
