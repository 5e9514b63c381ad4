export { apiConfigSchema, type ApiConfig } from "./config.ts";
export { startApi } from "./service.ts";
