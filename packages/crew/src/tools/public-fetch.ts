/** A page of the web as a tool gets it. */
export interface FetchedPage {
  /** After redirects. */
  url: string;
  status: number;
  contentType: string;
  /** At most as many bytes of the body as were asked for, decoded. */
  body: string;
  truncated: boolean;
}

/**
 * Fetches a page from a public address: handed in by the host, which refuses private, loopback and metadata addresses
 * by name, literal, redirect and rebinding. Rejects with an error that says why.
 */
export type PublicFetch = (url: string, options: { signal: AbortSignal; maxBytes: number }) => Promise<FetchedPage>;
