import {
  isSecretVariable,
  processVariables,
  secretFileVariables,
  secretsDescriptor,
  variables,
  type Environment,
  type ProcessName,
} from "@crewstream/service";
import { secretsDescriptorNumber } from "../processes/running-process.ts";

/**
 * What any program on this machine may need: executables, home, time zone, language, temporary files,
 * certificates, proxies. None of it is a secret of the deployment.
 */
const ofMachine = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "TZ",
  "LANG",
  "TMPDIR",
  "TERM",
  "HOSTNAME",
  "LD_LIBRARY_PATH",
  "LD_PRELOAD",
  "MALLOC_ARENA_MAX",
  "UV_THREADPOOL_SIZE",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
]);
const ofMachinePrefixes = /^(LC_|NODE_|SSL_CERT_|OTEL_)/;

/** How a crewstream process is started. */
export interface ProcessEnvironment {
  /** Its environment, which every process of the same user can read in `/proc`. */
  env: Record<string, string>;
  /** Its secrets as JSON, for the descriptor that `env` names. */
  secrets: string;
}

/** The environment of any other program: the machine's variables and none of the deployment's. */
export function machineEnvironment(env: Environment): Record<string, string> {
  return select(env, (name) => isOfMachine(name) && !isSecretVariable(name));
}

/**
 * Splits a process's configuration into its environment and its secrets. The API and the delivery worker get what their
 * schema names and the machine's variables. The crew worker gets everything except crewstream's variables that it does
 * not read, as automations take the keys of their models and tools from the environment.
 */
export function processEnvironment(name: ProcessName, env: Environment): ProcessEnvironment {
  const own = (variable: string): boolean => variable in processVariables[name];
  const isWanted = (variable: string): boolean =>
    own(variable) || isOfMachine(variable) || (name === "crew-worker" && !isOurs(variable));
  const secrets = select(env, (variable) => isSecretVariable(variable) && isWanted(variable));
  const open = select(env, (variable) => !isSecretVariable(variable) && isWanted(variable));
  return {
    env: { ...open, [secretsDescriptor]: String(secretsDescriptorNumber) },
    secrets: JSON.stringify(secrets),
  };
}

function isOfMachine(name: string): boolean {
  return ofMachine.has(name) || ofMachinePrefixes.test(name);
}

/** Crewstream's variables are those of its processes and of the command line; npm's are about npm. */
function isOurs(name: string): boolean {
  return (
    name in variables.shape ||
    secretFileVariables.includes(name) ||
    name === "DATA_DIR" ||
    /^(CREWSTREAM_|npm_)/.test(name)
  );
}

function select(env: Environment, wanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && wanted(entry[0])),
  );
}
