/** Text that is HTML already. */
class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Markup };

type Part = string | number | Markup | readonly Markup[];

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A template whose interpolations are escaped, except markup that was made by it: no input is reflected unescaped. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  const text = strings.map((string, index) => {
    const part = parts[index];
    return part === undefined ? string : string + render(part);
  });
  return new Markup(text.join(""));
}

function render(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === "string") return part.replaceAll(/[&<>"']/g, (char) => entities[char] ?? "");
  if (typeof part === "number") return String(part);
  return part.map((item) => item.text).join("");
}
