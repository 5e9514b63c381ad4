import { useState, type ReactElement, type ReactNode } from "react";
import { useSignOut } from "./api/session.ts";
import { useStats } from "./api/stats.ts";
import { count } from "./format/number.ts";
import { DataLoss } from "./parts/data-loss.tsx";
import { Icon, type IconName } from "./parts/icon.tsx";
import { sayFailure } from "./parts/toasts.tsx";
import { useRoute } from "./routing/route.ts";
import iconUrl from "./style/icon.svg";
import { chooseTheme, chosenTheme, type Theme } from "./theme.ts";

const entries: readonly (readonly [path: string, name: string, icon: IconName])[] = [
  ["/", "Overview", "overview"],
  ["/executions", "Executions", "executions"],
  ["/deliveries", "Deliveries", "deliveries"],
  ["/endpoints", "Endpoints", "endpoints"],
  ["/automations", "Automations", "automations"],
];

/** Deployment-wide pages, which are hidden from a token that is limited to what it started. */
const ofDeployment: ReadonlySet<string> = new Set(["/", "/endpoints"]);

/** The frame around every page: navigation, the session, and whether the server responds. */
export function Shell({
  session,
  children,
}: {
  session: { name: string; scopes: string[] };
  children: ReactNode;
}): ReactElement {
  return (
    <div className="shell">
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>("#main h1")?.focus();
        }}
      >
        Skip to content
      </a>
      <header className="side">
        <a className="brand" href="#/">
          <img src={iconUrl} alt="" />
          crewstream
        </a>
        <Navigation scopes={session.scopes} />
        <Account name={session.name} scopes={session.scopes} />
      </header>
      <div>
        <Outage />
        <DataLoss />
        {children}
      </div>
    </div>
  );
}

function Navigation({ scopes }: { scopes: string[] }): ReactElement {
  const isLimited = scopes.includes("own");
  const { path } = useRoute();
  const { data: stats } = useStats();
  const lost = stats?.deliveries.dead ?? 0;
  return (
    <nav aria-label="Pages">
      <div className="nav">
        {entries
          .filter(([to]) => !isLimited || !ofDeployment.has(to))
          .map(([to, name, icon]) => {
            const isHere = to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`);
            return (
              <a key={to} href={`#${to}`} aria-current={isHere ? "page" : undefined}>
                <Icon name={icon} />
                {name}
                {to === "/deliveries" && lost > 0 && (
                  <span className="badge bad count num" title={`${lost} dead deliveries`}>
                    {count(lost)}
                    <span className="hidden-label"> dead</span>
                  </span>
                )}
              </a>
            );
          })}
        {scopes.includes("admin") && !isLimited && (
          <a href="queues/" target="_blank" rel="noreferrer">
            <Icon name="queues" />
            Queues
            <span className="hidden-label"> (opens in a new tab)</span>
          </a>
        )}
      </div>
    </nav>
  );
}

function Account({ name, scopes }: { name: string; scopes: string[] }): ReactElement {
  const signOut = useSignOut();
  const [theme, setTheme] = useState(chosenTheme);
  const next: Theme = theme === "system" ? "dark" : theme === "dark" ? "light" : "system";
  return (
    <div className="side-foot">
      <div className="who">
        <div className="cut" title={name}>
          {name}
        </div>
        <div className="muted">{scopes.join(", ")}</div>
      </div>
      <div className="row">
        <button
          type="button"
          className="button tiny"
          onClick={() => {
            chooseTheme(next);
            setTheme(next);
          }}
          title={`Colours: ${theme}. Press for ${next}.`}
        >
          <Icon name="theme" />
          <span className="hidden-label">
            Colours: {theme}. Change to {next}
          </span>
        </button>
        <button
          type="button"
          className="button tiny"
          disabled={signOut.isPending}
          onClick={() =>
            signOut.mutate(undefined, { onError: (error) => sayFailure("The session could not be ended", error) })
          }
        >
          Sign out
        </button>
      </div>
    </div>
  );
}

/** Reports when the shown data is no longer current. */
function Outage(): ReactElement | null {
  const stats = useStats();
  if (stats.error === null && stats.failureCount < 2) return null;
  const why = stats.error ?? stats.failureReason;
  return (
    <div className="offline" role="alert">
      <strong>These numbers are not current.</strong> {why?.message ?? "The server does not answer; retrying…"}
    </div>
  );
}
