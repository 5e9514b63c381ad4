import { useMemo, useSyncExternalStore } from "react";

/** The current route: `#/deliveries/dlv_1?tab=body`. In the hash, so that it works under any path prefix. */
export interface Route {
  path: string;
  query: URLSearchParams;
}

/** Splits a hash such as `#/executions?state=FAILED`. */
export function parseHash(hash: string): Route {
  const text = hash.replace(/^#/, "");
  const question = text.indexOf("?");
  const path = question < 0 ? text : text.slice(0, question);
  return { path: path === "" ? "/" : path, query: new URLSearchParams(question < 0 ? "" : text.slice(question)) };
}

/** A route as a link's URL; empty and undefined values are omitted. */
export function hrefTo(path: string, query: Record<string, string | undefined> = {}): string {
  const used = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== "",
  );
  return `#${path}${used.length === 0 ? "" : `?${new URLSearchParams(used).toString()}`}`;
}

export function navigate(href: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, "", href);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else window.location.hash = href;
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => parseHash(hash), [hash]);
}

/** A value kept in the route's query, so that a filtered view can be linked to and survives a reload. */
export function useQueryValue(name: string): [string, (value: string) => void] {
  const { query } = useRoute();
  const set = (value: string): void => {
    const { path, query: now } = parseHash(window.location.hash);
    if (value === "") now.delete(name);
    else now.set(name, value);
    navigate(hrefTo(path, Object.fromEntries(now)), { replace: true });
  };
  return [query.get(name) ?? "", set];
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener("hashchange", onChange);
  return () => window.removeEventListener("hashchange", onChange);
}
