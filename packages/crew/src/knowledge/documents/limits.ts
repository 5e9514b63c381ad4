/** Limits of one document: documents come with projects, and a project is loaded before each of its runs. */
export const documentLimits = {
  bytes: 20 * 1024 * 1024,
  /** Unpacked size of a spreadsheet. */
  unpackedBytes: 100 * 1024 * 1024,
  packedFiles: 2000,
  pages: 1000,
  rows: 50_000,
  characters: 5_000_000,
  milliseconds: 30_000,
} as const;

/** Why a document cannot be read; the message follows the document's name. */
export class DocumentFault extends Error {
  override readonly name: string = "DocumentFault";
}

/** Limits how long a piece of work may take. Throws {@link DocumentFault} when its time is over. */
export function deadline(from: number = performance.now()): () => void {
  return () => {
    if (performance.now() - from <= documentLimits.milliseconds) return;
    throw new DocumentFault(`takes more than ${documentLimits.milliseconds / 1000} s to read`);
  };
}
