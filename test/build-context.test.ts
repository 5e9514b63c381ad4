import { expect, test } from "vitest";
import { dockerIgnorePatterns, ignoredByDocker } from "./support/image/build-context.ts";

const ignored = (path: string): boolean => ignoredByDocker(path, dockerIgnorePatterns());

test.each([
  ".env",
  ".env.production",
  "production.env",
  "examples/.env",
  "examples/team_report/.env.local",
  "deploy/secrets.env",
  ".crewstream/secrets.json",
  "examples/.crewstream/redis/appendonlydir/appendonly.aof.1.incr.aof",
  "packages/cli/secrets.json",
  "examples/topic_brief/.npmrc",
  "deploy/redis-ca.pem",
  "deploy/secrets/api_tokens",
  "apps/api/tls.key",
])("no image holds %s", (path) => {
  expect(ignored(path)).toBe(true);
});

test.each([
  "package-lock.json",
  "packages/service/src/env.ts",
  "packages/cli/src/start/secrets.ts",
  "apps/dashboard/src/main.tsx",
  "examples/research_crew.ts",
  "examples/topic_brief/crew.jsonc",
])("the image is built with %s", (path) => {
  expect(ignored(path)).toBe(false);
});
