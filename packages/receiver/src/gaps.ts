/** Ranges of skipped numbers, both ends included, in ascending order. */
export type Gaps = readonly (readonly [from: number, to: number])[];

/**
 * Adds the last range. Beyond `max` ranges the two oldest become one that covers both: what is between them then counts
 * as missing, so it may be handled twice, but is never lost.
 */
export function addGap(gaps: Gaps, from: number, to: number, max: number): Gaps {
  if (from > to) return gaps;
  const [first, second, ...rest] = [...gaps, [from, to] as const];
  if (gaps.length < max || first === undefined || second === undefined) return [...gaps, [from, to]];
  return [[first[0], second[1]], ...rest];
}

/** Whether a number was skipped. */
export function isMissing(gaps: Gaps, number: number): boolean {
  return gaps.some(([from, to]) => from <= number && number <= to);
}

/** Removes numbers that have arrived after all. */
export function fillGap(gaps: Gaps, first: number, last = first): Gaps {
  return gaps.flatMap(([from, to]) =>
    last < from || first > to
      ? [[from, to] as const]
      : [[from, first - 1] as const, [last + 1, to] as const].filter(([start, end]) => start <= end),
  );
}
