import { useState, type ReactElement } from "react";
import { Icon } from "./icon.tsx";

/** A button that copies a text and confirms it. */
export function Copy({ text, what }: { text: string; what: string }): ReactElement {
  const [said, setSaid] = useState("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("Copying is not allowed here: select the text instead");
    }
    setTimeout(() => setSaid(""), 2500);
  };
  return (
    <button type="button" className="button quiet tiny above" onClick={() => void copy()} title={`Copy ${what}`}>
      <Icon name={said === "Copied" ? "done" : "copy"} />
      <span className="hidden-label">Copy {what}</span>
      <span role="status">{said}</span>
    </button>
  );
}

/** A text in a scrolling box, reachable by keyboard, with a copy button. */
export function CodeBlock({ text, label }: { text: string; label: string }): ReactElement {
  return (
    <div className="code-block">
      <div className="row">
        <h3 className="grow">{label}</h3>
        <Copy text={text} what={label.toLowerCase()} />
      </div>
      <pre className="code" tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
    </div>
  );
}

/** Any value as indented JSON; a text unchanged. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}
