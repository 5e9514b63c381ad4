import { useEffect, useRef, type ReactElement, type ReactNode } from "react";

/**
 * A page: its title, its actions, and its content. Its heading gets the focus when the page opens, so that a screen
 * reader announces it.
 */
export function Page({
  title,
  heading,
  crumb,
  sub,
  actions,
  children,
}: {
  title: string;
  heading?: ReactNode;
  crumb?: ReactNode;
  sub?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}): ReactElement {
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    top.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, []);
  useEffect(() => {
    document.title = `${title} · crewstream`;
  }, [title]);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div className="titles">
          {crumb !== undefined && <p className="crumb">{crumb}</p>}
          <h1 ref={top} tabIndex={-1}>
            {heading === false ? title : (heading ?? title)}
          </h1>
          {sub !== undefined && <div className="muted">{sub}</div>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </div>
      {children}
    </main>
  );
}

export function Card({
  title,
  aside,
  children,
  padded = false,
}: {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  padded?: boolean;
}): ReactElement {
  return (
    <section className="card">
      <header>
        <h2>{title}</h2>
        {aside !== undefined && <div className="grow small muted">{aside}</div>}
      </header>
      {padded ? <div className="body">{children}</div> : children}
    </section>
  );
}

/** Pairs of a name and a value. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode] | false)[] }): ReactElement {
  return (
    <dl className="facts">
      {rows
        .filter((row) => row !== false)
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
