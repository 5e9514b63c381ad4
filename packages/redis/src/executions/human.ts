import type { ExecutionId, HumanAnswer, PendingInput } from "@crewstream/contracts";
import { runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/**
 * Journals a person's answer and ends the execution's pause; the caller requests its run.
 * @param kept JSON that {@link readAnswer} returns to a client that answers the same request again
 * @returns false if the request is answered already, or the run does not wait for an answer
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

/** What was stored for the answer to a request; undefined if it was not answered. */
export async function readAnswer(store: Store, id: ExecutionId, requestId: string): Promise<unknown> {
  const text = await store.redis.hget(store.keys.execution(id).exec, `answer:${requestId}`);
  return text === null ? undefined : (JSON.parse(text) as unknown);
}
