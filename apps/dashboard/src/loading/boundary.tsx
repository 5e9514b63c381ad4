import { Component, useEffect, type ReactElement, type ReactNode } from "react";
import { Icon } from "../parts/icon.tsx";
import { reloadIfStale } from "./build.ts";
import { CodeError } from "./lazy-part.ts";

/** Waits before the next attempts, ms: short after the first failure, then longer. */
const firstDelayMs = 500;
const maxDelayMs = 8000;

interface State {
  failure: { error: unknown } | undefined;
  tries: number;
}

/**
 * Contains a failure of its children, so that the menu and the rest of the page stay. It retries by itself, and reloads
 * the page once if the server has another build than the tab.
 */
export class Boundary extends Component<{ what: string; renew?: () => void; children: ReactNode }, State> {
  override state: State = { failure: undefined, tries: 0 };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { failure: { error } };
  }

  readonly #retry = (): void => {
    this.props.renew?.();
    this.setState(({ tries }) => ({ failure: undefined, tries: tries + 1 }));
  };

  override render(): ReactNode {
    const { failure, tries } = this.state;
    if (failure === undefined) return this.props.children;
    return <Failed what={this.props.what} error={failure.error} tries={tries} retry={this.#retry} />;
  }
}

function Failed({
  what,
  error,
  tries,
  retry,
}: {
  what: string;
  error: unknown;
  tries: number;
  retry: () => void;
}): ReactElement {
  const isLoading = error instanceof CodeError;
  useEffect(() => {
    let stopped = false;
    const tryAgain = async (): Promise<void> => {
      const reloads = isLoading && (await reloadIfStale());
      if (!stopped && !reloads) retry();
    };
    const again = (): void => void tryAgain();
    const timer = setTimeout(again, Math.min(maxDelayMs, firstDelayMs * 2 ** tries));
    window.addEventListener("online", again);
    return () => {
      stopped = true;
      clearTimeout(timer);
      window.removeEventListener("online", again);
    };
  }, [isLoading, tries, retry]);
  return (
    <div className="notice bad" role="alert">
      <Icon name="warn" />
      <div className="grow">
        <strong>
          {what} {isLoading ? "could not be loaded" : "has failed"}
        </strong>
        <p>
          {isLoading
            ? "The server does not answer, or was updated. It is tried again by itself."
            : `${error instanceof Error ? error.message : String(error)}. It is tried again by itself.`}
        </p>
      </div>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        Reload
      </button>
    </div>
  );
}
