import type { PublicFetch } from "@crewstream/crew";

/** Fetches a page for a tool, at most `maxBytes` of it, through a guarded `fetch`. */
export function publicFetch(guarded: typeof fetch): PublicFetch {
  return async (url, { signal, maxBytes }) => {
    const response = await guarded(url, { signal, headers: { accept: "text/html, text/plain, */*;q=0.5" } });
    const { bytes, truncated } = await readUpTo(response, maxBytes);
    const contentType = response.headers.get("content-type") ?? "";
    const charset = /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? "utf-8";
    return { url: response.url, status: response.status, contentType, body: decode(bytes, charset), truncated };
  };
}

async function readUpTo(response: Response, limit: number): Promise<{ bytes: Uint8Array; truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop ends the connection.
    if (length > limit) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, limit), truncated: length > limit };
}

/** A page may name an unknown charset: then UTF-8 is used, with replacement characters. */
function decode(bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
