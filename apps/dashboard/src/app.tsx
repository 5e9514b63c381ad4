import { Suspense, useMemo, type ReactElement } from "react";
import { useIsLimited, useSession } from "./api/session.ts";
import { Boundary } from "./loading/boundary.tsx";
import { lazyPart } from "./loading/lazy-part.ts";
import { LoginPage } from "./pages/login.tsx";
import { Page } from "./parts/page.tsx";
import { Empty, Failure, Loading } from "./parts/states.tsx";
import { Toasts } from "./parts/toasts.tsx";
import { matchPath } from "./routing/match.ts";
import { useRoute } from "./routing/route.ts";
import { Shell } from "./shell.tsx";

const page = lazyPart<{ params: Record<string, string> }>;

const pages = [
  ["/", page(async () => (await import("./pages/overview.tsx")).OverviewPage)],
  ["/executions", page(async () => (await import("./pages/executions.tsx")).ExecutionsPage)],
  ["/executions/:id", page(async () => (await import("./pages/execution.tsx")).ExecutionPage)],
  ["/deliveries", page(async () => (await import("./pages/deliveries.tsx")).DeliveriesPage)],
  ["/deliveries/:id", page(async () => (await import("./pages/delivery.tsx")).DeliveryPage)],
  ["/endpoints", page(async () => (await import("./pages/endpoints.tsx")).EndpointsPage)],
  ["/endpoints/:id", page(async () => (await import("./pages/endpoint.tsx")).EndpointPage)],
  ["/automations", page(async () => (await import("./pages/automations.tsx")).AutomationsPage)],
  ["/automations/:name", page(async () => (await import("./pages/automation.tsx")).AutomationPage)],
] as const;

export function App(): ReactElement {
  const session = useSession();
  if (session.data === undefined) {
    return (
      <main className="page">
        {session.error === null ? (
          <Loading what="the dashboard" />
        ) : (
          <Failure error={session.error} retry={() => void session.refetch()} />
        )}
      </main>
    );
  }
  return (
    <>
      {session.data.signed_in ? (
        <Shell session={session.data}>
          <CurrentPage />
        </Shell>
      ) : (
        <LoginPage ended={session.data.ended} />
      )}
      <Toasts />
    </>
  );
}

function CurrentPage(): ReactElement {
  const { path: asked } = useRoute();
  const isLimited = useIsLimited();
  const path = isLimited && asked === "/" ? "/executions" : asked;
  const found = useMemo(() => {
    for (const [pattern, part] of pages) {
      const params = matchPath(pattern, path);
      if (params !== undefined) return { part, params };
    }
    return undefined;
  }, [path]);
  if (found === undefined) return <NoSuchPage path={path} />;
  const { part, params } = found;
  return (
    <Boundary key={path} what="This page" renew={part.renew}>
      <Suspense fallback={<Loading what="the page" />}>
        <part.Component params={params} />
      </Suspense>
    </Boundary>
  );
}

function NoSuchPage({ path }: { path: string }): ReactElement {
  return (
    <Page title="Not found">
      <Empty title={`There is no page ${path}`}>
        <p>
          Go to the <a href="#/">overview</a>, or choose a page from the menu.
        </p>
      </Empty>
    </Page>
  );
}
