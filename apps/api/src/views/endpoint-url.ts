import { endpointId } from "@crewstream/contracts";

/** A webhook's URL for display: values in its query are redacted, as they may be keys. */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  const names = [...url.searchParams.keys()];
  url.search = "";
  const query = names.map((name) => `${encodeURIComponent(name)}=…`).join("&");
  return query === "" ? url.href : `${url.href}?${query}`;
}

/** The endpoint that a webhook's URL belongs to. */
export function endpointOfUrl(text: string): { endpoint: string; origin: string } {
  const url = new URL(text);
  return { endpoint: endpointId(url), origin: url.origin };
}
