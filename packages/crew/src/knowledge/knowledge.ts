import { AppError, ErrorCode } from "@crewstream/contracts";

/** A text that agents look things up in. */
export interface KnowledgeSource {
  /** Told with what was found in it. */
  name: string;
  text: string;
  /** Characters of one piece. Default 4000, as with CrewAI. */
  chunkSize?: number;
  /** Characters that a piece shares with the one before it. Default 200. */
  chunkOverlap?: number;
}

/** A piece of a source, as it is found and told. */
export interface KnowledgePiece {
  source: string;
  text: string;
}

const defaultSize = 4000;
const defaultOverlap = 200;

/** A source in pieces. Throws `configuration` for an overlap that leaves no way forward. */
export function piecesOf({ name, text, chunkSize, chunkOverlap }: KnowledgeSource): KnowledgePiece[] {
  const size = chunkSize ?? defaultSize;
  const overlap = chunkOverlap ?? Math.min(defaultOverlap, Math.floor(size / 2));
  if (size < 1 || overlap >= size) {
    throw new AppError(`The knowledge source "${name}" has pieces of ${size} characters that overlap by ${overlap}`, {
      code: ErrorCode.configuration,
    });
  }
  const pieces: KnowledgePiece[] = [];
  for (let from = 0; from < text.length; from += size - overlap) {
    const piece = text.slice(from, from + size).trim();
    if (piece !== "") pieces.push({ source: name, text: piece });
    if (from + size >= text.length) break;
  }
  return pieces;
}
