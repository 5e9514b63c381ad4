export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment; the only place that reads it. */
export function environment(): Environment {
  return process.env;
}
