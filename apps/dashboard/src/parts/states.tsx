import { useRef, type ReactElement, type ReactNode } from "react";
import { ApiError, isGone } from "../api/request.ts";
import { Icon } from "./icon.tsx";

/** What to show if there is no data: why, and what to do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }): ReactElement {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** What went wrong and what to do, with a button to retry. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }): ReactElement {
  const title = error instanceof ApiError ? error.title : "Something went wrong";
  return (
    <div className="notice bad" role="alert">
      <Icon name="warn" />
      <div className="grow">
        <strong>{title}</strong>
        <p>{error instanceof Error ? error.message : "Reload the page; if it stays, look into the API's log."}</p>
      </div>
      {retry !== undefined && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Loading({ what }: { what: string }): ReactElement {
  return (
    <p className="loading" role="status">
      Loading {what}…
    </p>
  );
}

interface Read<Data> {
  data: Data | undefined;
  error: unknown;
  refetch: () => unknown;
}

/**
 * Shows the data; before it is read, that it is being read or why it cannot be. A failure stays visible during a retry:
 * a query forgets its error when it starts to read again.
 */
export function Loaded<Data>({
  query,
  what,
  children,
}: {
  query: Read<Data>;
  what: string;
  children: (data: Data) => ReactNode;
}): ReactNode {
  const failure = useRef<unknown>(null);
  if (query.error !== null || query.data !== undefined) failure.current = query.error;
  if (query.data !== undefined && !isGone(query.error)) {
    return (
      <>
        {query.error !== null && <Failure error={query.error} retry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    );
  }
  if (failure.current !== null) return <Failure error={failure.current} retry={() => void query.refetch()} />;
  return <Loading what={what} />;
}
