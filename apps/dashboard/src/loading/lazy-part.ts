import { createElement, lazy, type ComponentType, type ReactElement } from "react";

/** The code of a part of the page could not be loaded: the server is down, or has another build by now. */
export class CodeError extends Error {
  override readonly name = "CodeError";
}

/** A component whose code is loaded when it is first shown. */
export interface LazyPart<Props extends object> {
  Component: ComponentType<Props>;
  /** Lets a failed load be retried: React keeps the failure otherwise. */
  renew: () => void;
}

/** Inside a `Suspense` and, for the failure, a `Boundary` with this part's `renew`. */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyPart<Props> {
  const make = () =>
    lazy(async () => {
      try {
        return { default: await load() };
      } catch (error) {
        throw new CodeError("Its code did not arrive.", { cause: error });
      }
    });
  let code = make();
  return {
    Component: (props: Props): ReactElement => createElement(code as ComponentType<Props>, props),
    renew() {
      code = make();
    },
  };
}
