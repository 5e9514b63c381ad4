import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { retryAll, useBulkRetry, type RetryFilter } from "../../api/deliveries.ts";
import { count, plural } from "../../format/number.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Failure } from "../../parts/states.tsx";

/** Says how many deliveries a retry is about before it begins, then how far it has come. */
export function RetryAllDialog({ filter, onClose }: { filter: RetryFilter; onClose: () => void }): ReactElement {
  const counted = useQuery({
    queryKey: ["count", filter],
    queryFn: () => retryAll(filter, true),
    gcTime: 0,
    staleTime: 0,
  });
  const start = useMutation({ mutationFn: () => retryAll(filter, false) });
  const progress = useBulkRetry(start.data?.id ?? undefined);
  const run = progress.data ?? start.data;
  const total = counted.data?.total;
  return (
    <Dialog open onClose={onClose} title={run === undefined ? "Retry all like this?" : "Retrying"}>
      {counted.error !== null && <Failure error={counted.error} retry={() => void counted.refetch()} />}
      {start.error !== null && <Failure error={start.error} />}
      {run === undefined ? (
        <p role="status">
          {total === undefined ? (
            "Counting…"
          ) : total === 0 ? (
            "None is left: they were acknowledged, retried or discarded meanwhile."
          ) : (
            <>
              <strong>{plural(total, "delivery", "deliveries")}</strong> will be sent again now, with the same ids and
              bodies. Receivers that have one already know it by its <code>webhook-id</code>.
            </>
          )}
        </p>
      ) : (
        <div className="stack">
          <p role="status">
            {run.state === "finished"
              ? `Done: ${plural(run.done, "delivery is", "deliveries are")} due now.${run.skipped === 0 ? "" : ` ${count(run.skipped)} not retried: their endpoint is paused.`}`
              : `${count(run.done)} of ${plural(run.total, "delivery", "deliveries")} put back into the queue…`}
          </p>
          <progress max={Math.max(1, run.total)} value={run.state === "finished" ? Math.max(1, run.total) : run.done}>
            {run.done} of {run.total}
          </progress>
          <p className="muted small">
            The retry goes on when this is closed. Deliveries leave these lists as they are acknowledged.
          </p>
        </div>
      )}
      <div className="actions">
        <button type="button" className="button" onClick={onClose}>
          {run === undefined ? "Not now" : "Close"}
        </button>
        {run === undefined && (
          <button
            type="button"
            className="button primary"
            disabled={total === undefined || total === 0 || start.isPending}
            onClick={() => start.mutate()}
          >
            {total === undefined || total === 0 ? "Retry" : `Retry ${plural(total, "delivery", "deliveries")}`}
          </button>
        )}
      </div>
    </Dialog>
  );
}
