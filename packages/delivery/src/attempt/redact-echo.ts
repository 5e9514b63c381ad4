import { credentialOf, type SubscriptionSecrets } from "@crewstream/contracts";

const mark = "[redacted]";
/** A shorter beginning of a secret is too short to be recognised as one. */
const minPrefixLength = 4;

/**
 * A response's text without the subscription's secrets: receivers that echo the request are common, and their responses
 * are kept and shown. A secret that is truncated at the end of the kept part is removed, too.
 */
export function redactEcho(text: string, secrets: SubscriptionSecrets): string {
  const words = secretWords(secrets).filter((word) => word.length >= minPrefixLength);
  const whole = words.reduce((rest, word) => rest.replaceAll(word, mark), text);
  return words.reduce(withoutBeginningAtEnd, whole);
}

/** The same for header values. */
export function redactEchoes(headers: Record<string, string>, secrets: SubscriptionSecrets): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, redactEcho(value, secrets)]));
}

function secretWords({ authentication, signingSecret }: SubscriptionSecrets): string[] {
  const credentials = authentication === undefined ? [] : credentialOf(authentication).secrets;
  return signingSecret === undefined ? [...credentials] : [signingSecret, ...credentials];
}

function withoutBeginningAtEnd(text: string, word: string): string {
  for (let length = Math.min(word.length - 1, text.length); length >= minPrefixLength; length -= 1) {
    if (text.endsWith(word.slice(0, length))) return text.slice(0, -length) + mark;
  }
  return text;
}
