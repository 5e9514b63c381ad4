import { Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { openApiDocument } from "../docs/openapi.ts";
import { docsPage } from "../docs/page.ts";
import { staticText } from "../pages/static-text.ts";
import { version } from "@crewstream/service";

const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/openapi.json` and `/docs`, the same as a page. Without a token: they reveal nothing about this deployment. */
export function docsRoutes({ config }: Pick<ApiContext, "config">): Router {
  const router = Router();
  // Generated on first request, to keep the start fast.
  let document: ReturnType<typeof openApiDocument> | undefined;
  let page: string | undefined;
  const read = () => (document ??= openApiDocument({ version, url: config.PUBLIC_URL }));
  router.get("/openapi.json", (_request, response) => {
    response.json(read());
  });
  router.get("/docs", (_request, response) => {
    response.setHeader("content-security-policy", contentSecurityPolicy);
    response.type("html").send((page ??= docsPage(read())));
  });
  router.get("/docs.css", staticText(new URL("../docs/docs.css", import.meta.url), "text/css"));
  return router;
}
