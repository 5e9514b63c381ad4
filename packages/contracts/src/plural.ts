const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * A number with its noun: `1 delivery`, `1,234 deliveries`.
 * @param format of the number; default with separators of thousands
 */
export function plural(
  count: number,
  one: string,
  many = `${one}s`,
  format: (count: number) => string = (value) => grouped.format(value),
): string {
  return `${format(count)} ${count === 1 ? one : many}`;
}
