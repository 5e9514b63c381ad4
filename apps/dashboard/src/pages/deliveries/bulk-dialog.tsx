import { endpointOrigin, type BulkRetry } from "@crewstream/contracts";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { changeAll, useBulk, type BulkAction, type BulkFilter } from "../../api/deliveries.ts";
import { outcomeText } from "../../format/failure.ts";
import { count, plural } from "../../format/number.ts";
import { Dialog, DialogActions } from "../../parts/dialog.tsx";
import { Failure } from "../../parts/states.tsx";

/** A bulk operation and its deliveries. */
export interface BulkWish {
  action: BulkAction;
  filter: BulkFilter;
}

const verbs = { retry: "Retry", discard: "Discard" } as const;

/** Shows how many deliveries a bulk operation will affect before it starts, then its progress. */
export function BulkDialog({
  wish: { action, filter },
  onClose,
}: {
  wish: BulkWish;
  onClose: () => void;
}): ReactElement {
  const counted = useQuery({
    queryKey: ["count", action, filter],
    queryFn: () => changeAll(action, filter, true),
    gcTime: 0,
    staleTime: 0,
  });
  const start = useMutation({ mutationFn: () => changeAll(action, filter, false) });
  const progress = useBulk(start.data?.id ?? undefined);
  const run = progress.data ?? start.data;
  const total = counted.data?.total;
  const verb = verbs[action];
  return (
    <Dialog open onClose={onClose} title={titleOf(action, filter)}>
      {counted.error !== null && <Failure error={counted.error} retry={() => void counted.refetch()} />}
      {start.error !== null && <Failure error={start.error} />}
      {run === undefined ? <Question action={action} total={total} /> : <Progress action={action} run={run} />}
      <DialogActions onClose={onClose} cancel={run === undefined ? "Cancel" : "Close"}>
        {run === undefined && (
          <button
            type="button"
            className={`button ${action === "discard" ? "danger" : "primary"}`}
            disabled={total === undefined || total === 0 || start.isPending}
            onClick={() => start.mutate()}
          >
            {total === undefined || total === 0 ? verb : `${verb} ${plural(total, "delivery", "deliveries")}`}
          </button>
        )}
      </DialogActions>
    </Dialog>
  );
}

/** `Retry all dead deliveries to https://example.com with 503 Service Unavailable?` */
function titleOf(action: BulkAction, { state, endpoint, outcome, status }: BulkFilter): string {
  const to = endpoint === undefined ? "" : ` to ${endpointOrigin(endpoint) ?? endpoint}`;
  const failure =
    outcome === undefined && status === undefined
      ? ""
      : ` with ${outcomeText({ status: status ?? null, outcome: outcome ?? null })}`;
  return `${verbs[action]} all ${state} deliveries${to}${failure}?`;
}

function Question({ action, total }: { action: BulkAction; total: number | undefined }): ReactElement {
  if (total === undefined) return <p role="status">Counting…</p>;
  if (total === 0) {
    return <p role="status">None is left: they were acknowledged, retried or discarded meanwhile.</p>;
  }
  const number = <strong>{plural(total, "delivery", "deliveries")}</strong>;
  return (
    <p role="status">
      {action === "retry" ? (
        <>
          {number} will be sent again now, with the same ids and bodies. Receivers that have one already know it by its{" "}
          <code>webhook-id</code>.
        </>
      ) : (
        <>{number} will never be sent. Their events stay with their runs and can be replayed until those expire.</>
      )}
    </p>
  );
}

function Progress({ action, run }: { action: BulkAction; run: BulkRetry }): ReactElement {
  const isDone = run.state === "finished";
  return (
    <div className="stack">
      <p role="status">
        {isDone ? doneText(action, run) : `${count(run.done)} of ${plural(run.total, "delivery", "deliveries")}…`}
      </p>
      <progress max={Math.max(1, run.total)} value={isDone ? Math.max(1, run.total) : run.done}>
        {run.done} of {run.total}
      </progress>
      <p className="muted small">
        {action === "retry"
          ? "The retry continues when this is closed. Deliveries leave these lists as they are acknowledged."
          : "The discard continues when this is closed."}
      </p>
    </div>
  );
}

function doneText(action: BulkAction, { done, skipped }: BulkRetry): string {
  const deliveries = plural(done, "delivery is", "deliveries are");
  if (action === "retry") {
    const paused = skipped === 0 ? "" : ` ${count(skipped)} not retried: their endpoint is paused.`;
    return `Done: ${deliveries} due now.${paused}`;
  }
  return `Done: ${deliveries} discarded.${skipped === 0 ? "" : ` ${count(skipped)} not discarded: an attempt is in flight.`}`;
}
