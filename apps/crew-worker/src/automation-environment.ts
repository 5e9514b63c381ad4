import { environment, isSecretVariable, secretFileVariables, variables, type Environment } from "@crewstream/service";

/** The command line's own, among them a token, and what a supervisor tells its processes. */
const ofCommandLine = /^CREWSTREAM_/;

/**
 * The environment as automations see it: without our own variables, among which are passwords and keys of the
 * deployment. `MODEL` stays, as an automation may want to name it.
 */
export function automationEnvironment(env: Environment = environment()): Record<string, string> {
  const own = new Set([...Object.keys(variables.shape), ...secretFileVariables]);
  own.delete("MODEL");
  const isOwn = (name: string): boolean => own.has(name) || isSecretVariable(name) || ofCommandLine.test(name);
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !isOwn(entry[0])),
  );
}
