/** Characters of a preview: enough to tell runs apart, and small compared to a record's other fields. */
const maxPreviewChars = 500;

/** The beginning of a run's inputs as one line, `topic: durable webhooks, year: 2026`, at most 500 characters. */
export function inputsPreview(inputs: Readonly<Record<string, unknown>>): string {
  let preview = "";
  for (const [name, value] of Object.entries(inputs)) {
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
    preview += `${preview === "" ? "" : ", "}${name}: ${text.slice(0, maxPreviewChars)}`;
    if (preview.length >= maxPreviewChars) break;
  }
  return preview.slice(0, maxPreviewChars).replaceAll(/\s+/g, " ").toWellFormed();
}
