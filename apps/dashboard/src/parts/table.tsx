import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
  type ReactElement,
  type ReactNode,
} from "react";

export interface Column<Item> {
  name: string;
  /** A width of CSS grid, such as `120px` or `minmax(0, 1fr)`. */
  width: string;
  cell: (item: Item) => ReactNode;
  /** `right` for numbers, `wide` for cells that get their own line on a phone. */
  kind?: "right" | "wide" | "wide-only";
  /** Shown before the value on a phone, where there are no column headings. */
  label?: string;
}

interface TableProps<Item> {
  label: string;
  columns: readonly Column<Item>[];
  items: readonly Item[];
  keyOf: (item: Item) => string;
}

/** A short list. A cell with a link of class `whole` makes its whole row a link. */
export function Table<Item>({ label, columns, items, keyOf }: TableProps<Item>): ReactElement {
  return (
    <div className="table" role="table" aria-label={label} style={widths(columns)}>
      <Head columns={columns} />
      <div role="rowgroup">
        {items.map((item) => (
          <div role="row" key={keyOf(item)} className="link-row">
            <Cells columns={columns} item={item} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** A list of any length, with only the visible rows in the page; `onEnd` is called when its end comes near. */
export function LongTable<Item>({
  label,
  columns,
  items,
  keyOf,
  hasMore,
  onEnd,
}: TableProps<Item> & { hasMore: boolean; onEnd: () => void }): ReactElement {
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, [items.length === 0]);
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => (window.innerWidth > 820 ? 41 : 92),
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= items.length - 20) onEnd();
  }, [hasMore, last, items.length, onEnd]);
  return (
    <div
      className="table"
      role="table"
      aria-label={label}
      aria-rowcount={hasMore ? -1 : items.length + 1}
      style={widths(columns)}
    >
      <Head columns={columns} />
      <div role="rowgroup" ref={body} className="rows virtual" style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, key, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <div
              role="row"
              key={key}
              aria-rowindex={index + 2}
              data-index={index}
              ref={rows.measureElement}
              className="link-row"
              style={{ transform: `translateY(${start - top}px)` }}
            >
              <Cells columns={columns} item={item} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Head<Item>({ columns }: { columns: readonly Column<Item>[] }): ReactElement {
  return (
    <div role="rowgroup" className="head">
      <div role="row">
        {columns.map((column) => (
          <div role="columnheader" key={column.name} className={column.kind}>
            {column.name}
          </div>
        ))}
      </div>
    </div>
  );
}

function Cells<Item>({ columns, item }: { columns: readonly Column<Item>[]; item: Item }): ReactElement[] {
  return columns.map((column) => (
    <div role="cell" key={column.name} className={column.kind} data-label={column.label}>
      {column.cell(item)}
    </div>
  ));
}

function widths<Item>(columns: readonly Column<Item>[]): CSSProperties {
  return { "--columns": columns.map((column) => column.width).join(" ") } as CSSProperties;
}
