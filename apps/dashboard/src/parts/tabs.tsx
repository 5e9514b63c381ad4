import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactElement, ReactNode } from "react";

export interface TabItem {
  value: string;
  label: string;
  count?: number | undefined;
}

/** A row of tabs and the panel of the selected one. Only that panel is in the page. */
export function Tabs({
  label,
  items,
  value,
  onChange,
  children,
}: {
  label: string;
  items: readonly TabItem[];
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}): ReactElement {
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(String(next))} className="stack">
      <Base.List className="tabs" aria-label={label} activateOnFocus>
        {items.map((item) => (
          <Base.Tab key={item.value} value={item.value} className="tab">
            {item.label}
            {item.count !== undefined && <span className="num muted">{item.count.toLocaleString("en")}</span>}
          </Base.Tab>
        ))}
      </Base.List>
      {items.map((item) => (
        <Base.Panel key={item.value} value={item.value} className="stack" tabIndex={-1}>
          {item.value === value && children}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
