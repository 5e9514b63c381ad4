const key = "crewstream-reloaded-for";

/** The file name of the script that this document was loaded with; it contains a hash of the build. */
function ownBuild(): string | undefined {
  const script = document.querySelector<HTMLScriptElement>("script[type=module][src]");
  return script === null ? undefined : fileName(script.src);
}

/**
 * The server's current build, by its first script; undefined while the server does not respond or the response is not
 * one of our pages.
 */
async function serversBuild(): Promise<string | undefined> {
  try {
    const answer = await fetch("./", { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const source = answer.ok ? page.querySelector("script[type=module][src]")?.getAttribute("src") : undefined;
    return source === undefined || source === null ? undefined : fileName(source);
  } catch {
    return undefined;
  }
}

/**
 * Reloads the page if the server has another build than this tab, whose files are then gone. At most once per build, so
 * that servers with two builds behind one address, or a build with a missing file, do not make a tab reload forever.
 * @returns whether it reloads
 */
export async function reloadIfStale(): Promise<boolean> {
  const build = await serversBuild();
  if (build === undefined || build === ownBuild() || build === reloadedFor()) return false;
  keepReloadedFor(build);
  window.location.reload();
  return true;
}

function fileName(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

function reloadedFor(): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keepReloadedFor(build: string): void {
  try {
    sessionStorage.setItem(key, build);
  } catch {
    // A browser without storage: it reloads again if the new build fails, too.
  }
}
