/** What one document may cost at most: documents come with projects, and a project is loaded before each of its runs. */
export const documentLimits = {
  bytes: 20 * 1024 * 1024,
  /** Of a spreadsheet, unpacked. */
  unpackedBytes: 100 * 1024 * 1024,
  packedFiles: 2000,
  pages: 1000,
  rows: 50_000,
  characters: 5_000_000,
  milliseconds: 30_000,
} as const;

/** Why a document cannot be read; the text goes on after the document's name. */
export class DocumentFault extends Error {
  override readonly name: string = "DocumentFault";
}

/** Says how long a piece of work may go on. Throws {@link DocumentFault} when its time is over. */
export function deadline(from: number = performance.now()): () => void {
  return () => {
    if (performance.now() - from <= documentLimits.milliseconds) return;
    throw new DocumentFault(`takes more than ${documentLimits.milliseconds / 1000} s to read`);
  };
}
