import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

/** What an automation may import without installing it; a copy of its own takes precedence. */
const provided = /^(@crewstream\/crew(\/testing)?|zod(\/.+)?)$/;

let provides = false;

/**
 * Imports a module of an automation. Node looks for packages in the folders above a file; automations outside
 * crewstream's own folder would not find the package they are written with, so it is provided.
 * @throws whatever the module throws, or that a module is missing
 */
export async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  if (!provides) {
    provides = true;
    providePackages();
  }
  return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
}

function providePackages(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (!provided.test(specifier)) throw error;
        return nextResolve(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
