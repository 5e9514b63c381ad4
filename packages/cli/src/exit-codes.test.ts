import { AppError, ErrorCode } from "@crewstream/contracts";
import { exitConfiguration } from "@crewstream/service";
import { expect, test } from "vitest";
import { exitCodeHelp, exitCodeOf, ExitCode } from "./exit-codes.ts";

test("errors of one kind share a code, and the help names every code", () => {
  const codeOf = (code: ErrorCode): number => exitCodeOf(new AppError("", { code }));
  expect(codeOf(ErrorCode.missingInputs)).toBe(ExitCode.usage);
  expect(codeOf(ErrorCode.storeUnavailable)).toBe(ExitCode.unavailable);
  expect(codeOf(ErrorCode.internal)).toBe(ExitCode.failed);
  expect(exitCodeOf(new TypeError("a bug"))).toBe(ExitCode.failed);
  expect(ExitCode.configuration).toBe(exitConfiguration);
  for (const code of Object.values(ExitCode)) expect(exitCodeHelp).toMatch(new RegExp(`\\b${code} `));
});
