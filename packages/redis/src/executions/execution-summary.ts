import type { ExecutionId } from "@crewstream/contracts";
import type { z } from "zod";
import { recordSchema } from "./executions.ts";
import type { Store } from "../store.ts";

const summarySchema = recordSchema.omit({
  inputs: true,
  meta: true,
  result: true,
  result_json: true,
  tasks: true,
  last_step: true,
  last_task: true,
});
const fields = Object.keys(summarySchema.shape);

/** An execution without the fields that a client or a model may have made large. */
export type ExecutionBrief = Omit<z.infer<typeof summarySchema>, "id"> & { id: ExecutionId };

/** Reads many records for a list; undefined for those that have expired. */
export async function readExecutionBriefs(
  store: Store,
  ids: readonly ExecutionId[],
): Promise<(ExecutionBrief | undefined)[]> {
  return Promise.all(
    ids.map(async (id) => {
      const values = await store.redis.hmget(store.keys.execution(id).exec, ...fields);
      const record = Object.fromEntries(
        fields.flatMap((field, index) => {
          const value = values[index];
          return typeof value === "string" ? [[field, value]] : [];
        }),
      );
      return record["id"] === undefined ? undefined : { ...summarySchema.parse(record), id };
    }),
  );
}
