import { defineConfig } from "vitest/config";

/** The repository's root: patterns below are relative to it. */
const root = new URL("..", import.meta.url).pathname;

/**
 * Test files of a worker share its modules: nothing is mocked and no module keeps what a test did. With modules loaded
 * again for each file, 145 unit files took 112 s; like this they take 33.
 */
const isolate = false;

export default defineConfig({
  root,
  test: {
    passWithNoTests: true,
    projects: [
      {
        root,
        test: {
          name: "unit",
          isolate,
          include: ["packages/**/src/**/*.test.ts", "apps/**/src/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.python.test.ts"],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        test: {
          name: "python",
          isolate,
          include: ["packages/python-runtime/src/**/*.python.test.ts", "test/python/**/*.test.ts"],
          globalSetup: ["test/python/global-setup.ts", "test/support/global-setup.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          sequence: { groupOrder: 5 },
        },
      },
      {
        root,
        test: {
          name: "architecture",
          isolate,
          include: ["test/*.test.ts"],
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          name: "integration",
          isolate,
          include: ["test/integration/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        root,
        test: {
          name: "e2e",
          isolate,
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        root,
        test: {
          name: "browser",
          isolate,
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/browser/global-setup.ts", "test/support/global-setup.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
