import { runService } from "@crewstream/service";
import { crewWorkerSchema } from "./config.ts";
import { startCrewWorker } from "./service.ts";

await runService("crew-worker", crewWorkerSchema, startCrewWorker);
