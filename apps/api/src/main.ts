import { runService } from "@crewstream/service";
import { apiConfigSchema } from "./config.ts";
import { startApi } from "./service.ts";

await runService("api", apiConfigSchema, startApi);
