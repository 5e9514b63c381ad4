import { delimiter, dirname } from "node:path";

/** Variables of the worker's environment that would change how a child runs, or where it finds its code. */
const notInherited =
  /^(PYTHON|LD_|DYLD_|NODE_|npm_|UV_|PIP_|CONDA_|VIRTUAL_ENV|PATH$|HOME$|PWD$|OLDPWD$|SHLVL$|TERM$|_$)/;

/** Telemetry and tracing of the library, which nobody here has agreed to; a project's own .env may turn them on. */
export const quietVariables: Readonly<Record<string, string>> = {
  CREWAI_DISABLE_TELEMETRY: "true",
  CREWAI_TRACING_ENABLED: "false",
  CREWAI_TELEMETRY_OPT_OUT: "true",
  OTEL_SDK_DISABLED: "true",
  // Otherwise versions up to 1.0 collect traces in a user's first run and ask at its end whether to upload them.
  CREWAI_TESTING: "true",
  ANONYMIZED_TELEMETRY: "False",
};

export interface EnvironmentParts {
  /** The interpreter of the project's environment. */
  python: string;
  /** The worker's own PATH. */
  path: string;
  /** A folder that replaces the user's home, for caches. */
  home: string;
  /** Where the library stores memories and knowledge of this automation. */
  storage: string;
  /** The variables of the worker's environment that automations may see. */
  shared: Readonly<Record<string, string | undefined>>;
  /** The project's .env. */
  project: Readonly<Record<string, string>>;
  /** Overrides everything: the address and key of the model gateway. */
  fixed: Readonly<Record<string, string>>;
}

/** The environment of a child: built from these parts, nothing else of the worker's is in it. */
export function childEnvironment(parts: EnvironmentParts): Record<string, string> {
  const shared = Object.entries(parts.shared).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !notInherited.test(entry[0]),
  );
  const bin = dirname(parts.python);
  return {
    LANG: "C.UTF-8",
    ...Object.fromEntries(shared),
    ...quietVariables,
    ...parts.project,
    PATH: [bin, parts.path].join(delimiter),
    VIRTUAL_ENV: dirname(bin),
    HOME: parts.home,
    PYTHONUTF8: "1",
    PYTHONUNBUFFERED: "1",
    PYTHONSAFEPATH: "1",
    NO_COLOR: "1",
    TERM: "dumb",
    CREWAI_STORAGE_DIR: parts.storage,
    ...parts.fixed,
  };
}
