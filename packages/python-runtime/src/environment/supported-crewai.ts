import { AppError, ErrorCode } from "@crewstream/contracts";

/** From this version on there is an event bus through which a run can be followed. */
const oldest = [0, 105] as const;

/** @throws AppError `configuration` for a version of crewai, such as `0.86.0`, that is too old to be run */
export function assertSupported(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest[0] || minor >= oldest[1]) return;
  const what = `crewai ${version} is too old: projects run with ${oldest.join(".")} and newer.`;
  throw new AppError(`${what} Raise it in the project's dependencies and run crewstream python sync again.`, {
    code: ErrorCode.configuration,
  });
}
