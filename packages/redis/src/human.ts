import type { ExecutionId, HumanAnswer, PendingInput } from "@crewstream/contracts";
import { runScript } from "./scripts.ts";
import type { Store } from "./store.ts";

/**
 * Journals a person's answer and takes the execution out of its pause; the caller asks for its run.
 * @param kept JSON that {@link readAnswer} gives to whoever answers the same request again
 * @returns false when the request is answered already, or the run waits for nobody
 * @throws AppError `execution_gone`
 */
export async function answerHuman(
  store: Store,
  id: ExecutionId,
  request: Pick<PendingInput, "path" | "id">,
  answer: HumanAnswer,
  kept: unknown = null,
): Promise<boolean> {
  const keys = store.keys.execution(id);
  const row = JSON.stringify({ kind: "human", value: answer });
  const args = [request.path, row, request.id, JSON.stringify(kept)];
  const [answered] = await runScript(store.redis, "answer-human", [keys.exec, keys.journal], args);
  return answered === 1;
}

/** What was kept of the answer to a request; undefined when it was not answered. */
export async function readAnswer(store: Store, id: ExecutionId, requestId: string): Promise<unknown> {
  const text = await store.redis.hget(store.keys.execution(id).exec, `answer:${requestId}`);
  return text === null ? undefined : (JSON.parse(text) as unknown);
}
