import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { DocumentFault, documentLimits } from "./limits.ts";

const inflate = promisify(inflateRaw);

// PKWARE's APPNOTE.TXT, 4.3.12 and 4.3.16.
const endOfDirectory = 0x06_05_4b_50;
const endSize = 22;
const maxCommentBytes = 65_535;
const directoryEntry = 0x02_01_4b_50;
const localHeaderSize = 30;

/**
 * Rejects a ZIP archive that would not fit into memory. The size is measured, as the sizes that an archive states may
 * be wrong. Throws {@link DocumentFault}, also if it is not an archive.
 */
export async function assertUnpackable(zip: Buffer): Promise<void> {
  let left: number = documentLimits.unpackedBytes;
  for (const { method, packed } of entriesOf(zip)) {
    if (method === 0) left -= packed.length;
    else if (method === 8) left -= await inflatedSize(packed, left);
    else throw damaged();
    if (left < 0) throw tooBig();
  }
}

async function inflatedSize(packed: Buffer, limit: number): Promise<number> {
  try {
    return (await inflate(packed, { maxOutputLength: Math.max(1, limit) })).length;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? tooBig() : damaged();
  }
}

function entriesOf(zip: Buffer): { method: number; packed: Buffer }[] {
  try {
    const end = endOf(zip);
    const count = zip.readUInt16LE(end + 10);
    if (count > documentLimits.packedFiles) throw new DocumentFault(`is an archive of ${count} files`);
    let at = zip.readUInt32LE(end + 16);
    return Array.from({ length: count }, () => {
      if (zip.readUInt32LE(at) !== directoryEntry) throw damaged();
      const method = zip.readUInt16LE(at + 10);
      const size = zip.readUInt32LE(at + 20);
      const header = zip.readUInt32LE(at + 42);
      const from = header + localHeaderSize + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
      at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
      return { method, packed: zip.subarray(from, from + size) };
    });
  } catch (error) {
    throw error instanceof RangeError ? damaged() : error;
  }
}

function endOf(zip: Buffer): number {
  for (let at = zip.length - endSize; at >= Math.max(0, zip.length - endSize - maxCommentBytes); at -= 1) {
    if (zip.readUInt32LE(at) === endOfDirectory) return at;
  }
  throw damaged();
}

function damaged(): DocumentFault {
  return new DocumentFault("is not a valid .xlsx file");
}

function tooBig(): DocumentFault {
  return new DocumentFault(`unpacks to more than ${documentLimits.unpackedBytes / 1024 / 1024} MiB`);
}
