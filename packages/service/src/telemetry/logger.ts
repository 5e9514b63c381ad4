import { pino, stdSerializers, type DestinationStream, type Logger as PinoLogger, type LoggerOptions } from "pino";
import { hideSecrets, secretFields } from "./redact.ts";

export type Logger = PinoLogger;

/**
 * A JSON-lines logger on stdout, or on `to`. Lines are `log.info({ids and fields}, "noun.verb")`: an object
 * first, a fixed message, one wide line per unit of work.
 */
export function createLogger(options: { name: string; level: string; to?: DestinationStream }): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    serializers: { err: (error: Error) => hideSecrets({ ...stdSerializers.err(error) }, 2) },
    formatters: { log: (fields) => hideSecrets(fields) },
    // Formatters are not applied to a child's bindings.
    redact: { paths: [...secretFields], censor: "[secret]" },
  } satisfies LoggerOptions;
  return options.to === undefined ? pino(settings) : pino(settings, options.to);
}
