import { config } from "zod";

/**
 * Schemas must not be compiled with `new Function`: our content security policy forbids eval. zod looks at this when a
 * schema is made, so this module comes before all that make one.
 */
config({ jitless: true });
