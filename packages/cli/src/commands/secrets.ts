import { join } from "node:path";
import { aclRules } from "@crewstream/redis";
import { Argument, type Command } from "commander";
import type { Io } from "../output/io.ts";
import { generatePassword, generateSecrets } from "../start/secrets.ts";
import { dropOldSecrets, rotateSecret, type SecretName } from "../start/rotate-secrets.ts";
import { roles } from "../start/system.ts";
import { writeJson } from "./api-command.ts";

const rotatable: Record<string, SecretName> = {
  "encryption-key": "ENCRYPTION_KEY",
  "signing-secret": "WEBHOOK_SIGNING_SECRET",
  "api-token": "API_TOKENS",
};

/** `crewstream secrets …`: make the secrets of a deployment, and exchange them without an interruption. */
export function addSecretsCommand(program: Command, io: Io): void {
  const secrets = program.command("secrets").description("Generate and rotate the secrets of a deployment");
  secrets
    .command("generate")
    .description("Print a new API token, encryption key and signing secret, as lines for an .env file")
    .option("--compose", "also a password for the Redis that docker-compose.yml starts")
    .option("--json", "print them as JSON")
    .action((options: { compose?: boolean; json?: boolean }) => {
      const password = options.compose === true ? { REDIS_PASSWORD: generatePassword() } : {};
      print({ ...generateSecrets(), ...password }, options, io);
    });

  secrets
    .command("redis-users")
    .description("Print a Redis user with a new password for each process, as lines for Redis's aclfile")
    .option("--prefix <prefix>", "KEY_PREFIX of the deployment (default: that of the environment)")
    .option("--json", "print names, passwords and rules as JSON")
    .action((options: { prefix?: string; json?: boolean }) => {
      const users = redisUsers(options.prefix || io.env["KEY_PREFIX"] || "crewstream");
      if (options.json === true) return writeJson(io, users);
      io.write(users.map(({ name, password, rules }) => `user ${name} on >${password} ${rules}\n`).join(""));
      io.remark("Give each process its own as REDIS_USERNAME and REDIS_PASSWORD, or REDIS_PASSWORD_FILE.\n");
    });

  secrets
    .command("rotate")
    .description("Add a new secret; the old one stays valid until --drop-old")
    .addArgument(new Argument("<secret>").choices(Object.keys(rotatable)))
    .option("--drop-old", "remove all but the newest")
    .option("--json", "print the result as JSON")
    .action(async (which: string, options: { dropOld?: boolean; json?: boolean }) => {
      const name = rotatable[which] ?? "API_TOKENS";
      const path = join(io.env["DATA_DIR"] || ".crewstream", "secrets.json");
      const change = options.dropOld === true ? dropOldSecrets : rotateSecret;
      const { value, kept } = await change(name, path, io.env);
      print({ [name]: value }, options, io);
      io.remark(
        kept
          ? `Saved in ${path}. Restart to apply.\n`
          : `${name} comes from the environment: set it to this value on every process and restart them.\n`,
      );
    });
}

function redisUsers(prefix: string): { name: string; password: string; rules: string }[] {
  return roles.map((name) => ({ name, password: generatePassword(), rules: aclRules(name, prefix) }));
}

function print(values: Record<string, string>, options: { json?: boolean }, io: Io): void {
  if (options.json === true) return writeJson(io, values);
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  return io.write(lines.join(""));
}
