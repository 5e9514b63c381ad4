import { AppError, endpointId, ErrorCode } from "@crewstream/contracts";
import { segment } from "./paths.ts";

/**
 * The path segment of an endpoint that a person named by its id or by any URL of it.
 * @throws AppError `invalid_input` for text that is neither
 */
export function endpointSegment(text: string): string {
  if (text.startsWith("ep_")) return segment(text);
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return segment(endpointId(url));
  throw new AppError(
    `"${text}" is not an endpoint: use its address, such as https://receiver.example, or its id from \`crewstream endpoints\`.`,
    { code: ErrorCode.invalidInput },
  );
}
