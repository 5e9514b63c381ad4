import { AppError, ErrorCode, type ExecutionId } from "@crewstream/contracts";
import { readExecution, readStarter, type ExecutionRecord, type Store } from "@crewstream/redis";
import type { RequestHandler } from "express";
import { identityOf } from "../middleware/authenticate.ts";
import { ownScope, type Identity } from "./tokens.ts";

/**
 * Whether an execution is visible to a token: with the scope `own`, only those that its own name started are. An
 * invisible one gets the same response as one that does not exist.
 */
export async function isVisible(store: Store, identity: Identity, id: ExecutionId): Promise<boolean> {
  return !identity.own || (await readStarter(store, id)) === identity.name;
}

/** An execution's record; undefined if there is none for this token. */
export async function readVisible(
  store: Store,
  identity: Identity,
  id: ExecutionId,
): Promise<ExecutionRecord | undefined> {
  const record = await readExecution(store, id);
  return record === undefined || (identity.own && record.token !== identity.name) ? undefined : record;
}

/** Rejects requests that show or change the whole deployment, for tokens limited to their own executions. */
export const requireWhole: RequestHandler = (request, _response, next) => {
  const { name, own } = identityOf(request);
  if (own) {
    throw new AppError(
      `The token "${name}" may not do this: its scope ${ownScope} limits it to executions that it started.`,
      { code: ErrorCode.forbidden },
    );
  }
  next();
};
