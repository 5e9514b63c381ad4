import { credentialOf, type SubscriptionSecrets } from "@crewstream/contracts";

const mark = "[redacted]";
/** Less of a secret's beginning says too little to be one. */
const minPrefixLength = 4;

/**
 * An answer's text without the subscription's secrets: receivers that say back what they were sent are common, and
 * their answers are kept and shown. A secret that the end of the kept part cuts in two is taken out too.
 */
export function redactEcho(text: string, secrets: SubscriptionSecrets): string {
  const words = secretWords(secrets).filter((word) => word.length >= minPrefixLength);
  const whole = words.reduce((rest, word) => rest.replaceAll(word, mark), text);
  return words.reduce(withoutBeginningAtEnd, whole);
}

/** The same for the values of headers. */
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
