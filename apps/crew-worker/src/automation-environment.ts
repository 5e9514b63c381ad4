import { environment, isSecretVariable, secretFileVariables, variables, type Environment } from "@crewstream/service";

/** Variables of the command line, including a token, and those that a supervisor passes to its processes. */
const ofCommandLine = /^CREWSTREAM_/;

/**
 * The environment as automations see it: without our own variables, which include passwords and keys of the deployment.
 * `MODEL` is kept, as an automation may want to name it.
 */
export function automationEnvironment(env: Environment = environment()): Record<string, string> {
  const own = new Set([...Object.keys(variables.shape), ...secretFileVariables]);
  own.delete("MODEL");
  const isOwn = (name: string): boolean => own.has(name) || isSecretVariable(name) || ofCommandLine.test(name);
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !isOwn(entry[0])),
  );
}
