import type { ExecutionId, HumanAnswer, PendingInput } from "@crewstream/contracts";
import { runScript } from "./scripts.ts";
import type { Store } from "./store.ts";

/**
 * Journals a person's answer and takes the execution out of its pause; the caller asks for its run.
 * @returns false when the request is answered already, or the run waits for nobody
 * @throws AppError `execution_gone`
 */
export async function answerHuman(
  store: Store,
  id: ExecutionId,
  request: Pick<PendingInput, "path">,
  answer: HumanAnswer,
): Promise<boolean> {
  const keys = store.keys.execution(id);
  const row = JSON.stringify({ kind: "human", value: answer });
  const [answered] = await runScript(store.redis, "answer-human", [keys.exec, keys.journal], [request.path, row]);
  return answered === 1;
}
