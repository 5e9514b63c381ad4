import { AppError, ErrorCode } from "@crewstream/contracts";

/** A text that agents search. */
export interface KnowledgeSource {
  /** Shown with each passage found in it. */
  name: string;
  text: string;
  /** Characters per passage. Default 4000, as in CrewAI. */
  chunkSize?: number;
  /** Characters that a passage shares with the previous one. Default 200. */
  chunkOverlap?: number;
}

/** A passage of a source. */
export interface KnowledgePiece {
  source: string;
  text: string;
}

const defaultSize = 4000;
const defaultOverlap = 200;

/** Splits a source into passages. Throws `configuration` for an overlap that leaves no way forward. */
export function piecesOf({ name, text, chunkSize, chunkOverlap }: KnowledgeSource): KnowledgePiece[] {
  const size = chunkSize ?? defaultSize;
  const overlap = chunkOverlap ?? Math.min(defaultOverlap, Math.floor(size / 2));
  if (size < 1 || overlap >= size) {
    throw new AppError(`The knowledge source "${name}" has passages of ${size} characters that overlap by ${overlap}`, {
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
