import type { z } from "zod";
import type { ApiClient } from "./api-client.ts";
import { query } from "./paths.ts";

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** Most items that one page may hold. */
const pageLimit = 200;

/**
 * The first `limit` items of a list, over as many pages as it takes; pages may be short, even empty, before the end.
 * @param filters query parameters; undefined ones are left out
 */
export async function readList<Item>(
  client: ApiClient,
  path: string,
  schema: z.ZodType<Page<Item>>,
  { limit, filters }: { limit: number; filters: Readonly<Record<string, string | undefined>> },
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<Item> = await client.get(
      path + query({ ...filters, limit: Math.min(pageLimit, limit - items.length), cursor }),
      schema,
    );
    items.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && items.length < limit);
  return items;
}
