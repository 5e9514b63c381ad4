import { pino, stdSerializers, type Logger as PinoLogger } from "pino";

export type Logger = PinoLogger;

/** Field names whose values never reach a log line, at any of the depths that our lines have. */
const secretFields = [
  "authorization",
  "authentication",
  "token",
  "password",
  "secret",
  "signingSecret",
  "sealedSecrets",
];

/**
 * A JSON-lines logger on stdout. Lines are `log.info({ids and facts}, "noun.verb")`: an object first, a fixed
 * message, one wide line per unit of work.
 */
export function createLogger(options: { name: string; level: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    serializers: { err: stdSerializers.err },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: "[secret]" },
  });
}
