const mark = "[secret]";

/** Variables whose value is a secret, by their name. */
const secretName = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|AUTH|COOKIE|_DSN$|_PAT$/i;

/** Shorter values are words such as `true`, and removing them would remove ordinary text. */
const minSecretLength = 8;

/**
 * Patterns of secrets that are not in a variable. The first group of a match is kept. Every repetition that can fail
 * has a bound: without it a long text takes quadratic time.
 */
const secretForms = [
  // Credentials in a URL, and in its query.
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@:]{0,200}:[^\s/@]{1,500}(?=@)/gi,
  /([?&](?:[\w-]{0,40}(?:key|token|secret|password|signature)|sig|auth)=)[^\s&"'#]+/gi,
  // Headers and settings, in any notation. A word after a colon may be a sentence: a secret contains a digit.
  /(\bauthorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|token)\s+)?)[\w~+/.=-]{6,}/gi,
  /(\bbearer\s+)(?=\S{0,200}\d)[\w~+/.=-]{16,}/gi,
  /(\b[\w-]{0,40}(?:api[-_]?key|token|secret|password)["']?\s*=\s*["']?)[^\s"',;&}]+/gi,
  /(\b[\w-]{0,40}(?:api[-_]?key|token|secret|password)["']?\s*:\s*["']?)(?=[^\s"',;&}]{0,200}\d)[^\s"',;&}]{6,}/gi,
  // Keys of providers, recognised by their prefix.
  /()\b(?:sk|pk|rk|gsk|xai|pplx|hf|r8|ghp|gho|ghs|glpat|xox[abprs]|whsec|cs)[-_][\w-]{16,}/g,
  /()\bAIza[\w-]{30,}/g,
  /()\bA(?:KIA|SIA)[A-Z0-9]{16}\b/g,
  /()\beyJ[\w-]{10,2000}\.[\w-]{10,8000}\.[\w-]+/g,
];

/**
 * Removes secrets from texts that people will see, such as an error's message: the values of variables whose names say
 * that they hold one, and what looks like a key, a credential in a URL or a header.
 * @param env the variables that the code which made the text can read
 */
export function secretRemover(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const values = Object.entries(env)
    .flatMap(([name, value = ""]) => (secretName.test(name) && value.length >= minSecretLength ? [value] : []))
    // Longest first: one may contain another.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let shown = text;
    for (const value of values) shown = shown.replaceAll(value, mark);
    for (const form of secretForms) shown = shown.replace(form, `$1${mark}`);
    return shown;
  };
}
