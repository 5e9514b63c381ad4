/** A web page as a tool receives it. */
export interface FetchedPage {
  /** After redirects. */
  url: string;
  status: number;
  contentType: string;
  /** At most the requested number of bytes of the body, decoded. */
  body: string;
  truncated: boolean;
}

/**
 * Fetches a page from a public address; provided by the host, which refuses private, loopback and metadata addresses by
 * name, literal, redirect and rebinding. Rejects with an error that gives the reason.
 */
export type PublicFetch = (url: string, options: { signal: AbortSignal; maxBytes: number }) => Promise<FetchedPage>;
