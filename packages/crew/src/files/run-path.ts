import { isAbsolute } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";

/** A name's limit on the usual file systems of Linux and macOS, in bytes. */
const maxNameBytes = 255;

/** Linux accepts 4,096 bytes, some of which the path of the folder of runs needs. */
const maxPathBytes = 2048;

/** Each level costs an open descriptor while a path is resolved. */
export const maxParts = 64;

/**
 * The parts of a path inside the run's directory; none for the directory itself.
 * @throws AppError `forbidden` for a path that would leave it or contains shell characters, `invalid_input` for one
 * that is too long
 */
export function partsOfRunPath(path: string): string[] {
  if (path === "" || isAbsolute(path) || /[\0$~|<>&;*?\\]/.test(path) || path.split("/").includes("..")) {
    throw new AppError(
      `"${shown(path)}" is not a path inside the run's directory: write it relative, without .. and without ~ $ * ?`,
      { code: ErrorCode.forbidden },
    );
  }
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const longName = parts.find((part) => Buffer.byteLength(part) > maxNameBytes);
  if (longName !== undefined) {
    throw tooLong(
      path,
      `the name "${shown(longName)}" has ${Buffer.byteLength(longName)} bytes, at most ${maxNameBytes}`,
    );
  }
  const bytes = Buffer.byteLength(path);
  if (bytes > maxPathBytes) throw tooLong(path, `it has ${bytes} bytes, at most ${maxPathBytes}`);
  if (parts.length > maxParts) throw tooLong(path, `it has ${parts.length} parts, at most ${maxParts}`);
  return parts;
}

function tooLong(path: string, why: string): AppError {
  return new AppError(`The path "${shown(path)}" is too long: ${why} are possible`, { code: ErrorCode.invalidInput });
}

/** A path for display to a model: the start of a long one. */
function shown(path: string): string {
  return path.length <= 80 ? path : `${path.slice(0, 80)}…`;
}
