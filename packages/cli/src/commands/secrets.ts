import type { Command } from "commander";
import { generateSecrets } from "../start/secrets.ts";

/** `crewstream secrets generate`: what a deployment without `crewstream start` must be given. */
export function addSecretsCommand(program: Command): void {
  const secrets = program.command("secrets").description("Make secrets for a deployment");
  secrets
    .command("generate")
    .description("Print a new API token, encryption key and signing secret, as lines for an .env file")
    .option("--json", "print them as JSON")
    .action((options: { json?: boolean }) => {
      const generated = generateSecrets();
      const lines = Object.entries(generated).map(([name, value]) => `${name}=${value}`);
      process.stdout.write(`${options.json === true ? JSON.stringify(generated) : lines.join("\n")}\n`);
    });
}
