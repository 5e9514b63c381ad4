import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { splitList } from "@crewstream/service";
import { Option, type Command } from "commander";
import { answerDelivery, describeReceived, type ListenSettings } from "../listen/answer-delivery.ts";
import type { Io } from "../output/io.ts";
import { readJson } from "../start/private-files.ts";
import { secretsSchema } from "../start/secrets.ts";
import { wholeNumber } from "./values.ts";

interface ListenOptions {
  host: string;
  port: number;
  secret?: string;
  status: number;
  failFirst: number;
  retryAfter?: string;
  json?: boolean;
}

/** `crewstream listen`: a webhook receiver that verifies, prints, and fails on demand. */
export function addListenCommand(program: Command, io: Io): void {
  program
    .command("listen")
    .description("Receive, verify and print webhooks; can fail on demand to show retries")
    .option("-p, --port <port>", "port to listen on; 0 picks a free one", wholeNumber, 4000)
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .addOption(
      new Option("--secret <whsec>", "signing secret (default: the local deployment's)").env("WEBHOOK_SIGNING_SECRET"),
    )
    .option("--status <code>", "response status for a verified delivery", wholeNumber, 200)
    .option("--fail-first <count>", "respond with 500 to the first attempts of each delivery", wholeNumber, 0)
    .option("--retry-after <seconds>", "send this Retry-After with every failure")
    .option("--json", "print one JSON line per request")
    .action(async (options: ListenOptions) => {
      const settings: ListenSettings = { ...options, secrets: await findSecrets(options.secret, io) };
      const server = createServer((request, response) => {
        void answerDelivery(request, response, settings).then((received) =>
          io.write(options.json === true ? `${JSON.stringify(received)}\n` : describeReceived(received, io.paint)),
        );
      });
      const interrupted = io.interrupted();
      server.listen(options.port, options.host);
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const url = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}/`;
      io.remark(`Listening on ${url}; Ctrl-C stops. Try: crewstream kickoff NAME --webhook ${url}\n`);
      if (!interrupted.aborted) await once(interrupted, "abort");
      server.close();
      server.closeAllConnections();
    });
}

async function findSecrets(given: string | undefined, io: Io): Promise<string[]> {
  const dataDir = io.env["DATA_DIR"] || ".crewstream";
  const kept = given ?? (await readJson(join(dataDir, "secrets.json"), secretsSchema))?.WEBHOOK_SIGNING_SECRET;
  if (kept !== undefined) return splitList(kept);
  throw new AppError("There is no local signing secret: pass the deployment's with --secret whsec_…", {
    code: ErrorCode.invalidInput,
  });
}
