import { join } from "node:path";
import { Argument, type Command } from "commander";
import type { Io } from "../output/io.ts";
import { generateSecrets } from "../start/secrets.ts";
import { dropOldSecrets, rotateSecret, type SecretName } from "../start/rotate-secrets.ts";
import { writeJson } from "./api-command.ts";

const rotatable: Record<string, SecretName> = {
  "encryption-key": "ENCRYPTION_KEY",
  "signing-secret": "WEBHOOK_SIGNING_SECRET",
  "api-token": "API_TOKENS",
};

/** `crewstream secrets …`: make the secrets of a deployment, and exchange them without an interruption. */
export function addSecretsCommand(program: Command, io: Io): void {
  const secrets = program.command("secrets").description("Make and rotate the secrets of a deployment");
  secrets
    .command("generate")
    .description("Print a new API token, encryption key and signing secret, as lines for an .env file")
    .option("--json", "print them as JSON")
    .action((options: { json?: boolean }) => print(generateSecrets(), options, io));

  secrets
    .command("rotate")
    .description("Put a new secret before the old one, which still counts until it is dropped")
    .addArgument(new Argument("<secret>").choices(Object.keys(rotatable)))
    .option("--drop-old", "keep only the newest, once everybody uses it")
    .option("--json", "print the result as JSON")
    .action(async (which: string, options: { dropOld?: boolean; json?: boolean }) => {
      const name = rotatable[which] ?? "API_TOKENS";
      const path = join(io.env["DATA_DIR"] || ".crewstream", "secrets.json");
      const change = options.dropOld === true ? dropOldSecrets : rotateSecret;
      const { value, kept } = await change(name, path, io.env);
      print({ [name]: value }, options, io);
      io.remark(
        kept
          ? `Kept in ${path}. It counts from the next start on.\n`
          : `${name} is given by the environment: set it to this on every process and restart them.\n`,
      );
    });
}

function print(values: Record<string, string>, options: { json?: boolean }, io: Io): void {
  if (options.json === true) return writeJson(io, values);
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  return io.write(lines.join(""));
}
