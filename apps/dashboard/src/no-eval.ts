import { config } from "zod";

/**
 * Schemas must not be compiled with `new Function`: our content security policy forbids eval. zod checks this when a
 * schema is created, so this module must be imported before all that create one.
 */
config({ jitless: true });
