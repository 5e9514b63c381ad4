import { environmentTable } from "@crewstream/service";

const head = `# Copy this to .env and uncomment what differs; shown are the defaults.
# npm start reads .env, and so does docker compose. What the environment has already wins.
# npm start makes API_TOKENS, ENCRYPTION_KEY and WEBHOOK_SIGNING_SECRET itself, runs a Redis of its own unless one is
# named, and lets webhooks reach this machine. For a deployment: npx crewstream secrets generate
# A secret may come from a file: API_TOKENS_FILE, REDIS_URL_FILE, REDIS_PASSWORD_FILE, ENCRYPTION_KEY_FILE, and so on.
`;

/** Read by `crewstream start` and by the SDKs of model providers, not by a process's configuration. */
const others = [
  ["DATA_DIR", ".crewstream", "Where npm start keeps its Redis, its secrets and the folders of runs"],
  ["OPENAI_API_KEY", "", "Key for models of openai/…"],
  ["OPENAI_BASE_URL", "", "Any OpenAI-compatible address instead of OpenAI's"],
  ["ANTHROPIC_API_KEY", "", "Key for models of anthropic/…"],
] as const;

/** The text of `.env.example`: every variable with its meaning and default, commented out. */
export function environmentExample(): string {
  const rows = [...environmentTable().matchAll(/^\| `(\w+)` \| (?:`(.*?)`|–) \| (.*) \|$/gm)];
  const variables = rows.map((match) => [match[1] ?? "", match[2] ?? "", match[3] ?? ""] as const);
  return [...variables, ...others].reduce(
    (text, [name, value, meaning]) => `${text}\n# ${meaning.replaceAll("`", "")}\n#${name}=${value}\n`,
    head,
  );
}
