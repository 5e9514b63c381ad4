import { z } from "zod";

const maxSecretLength = 4096;
const secret = z.string().min(1).max(maxSecretLength);

const bearerSchema = z.object({ strategy: z.literal("bearer"), token: secret });
const basicSchema = z.object({
  strategy: z.literal("basic"),
  username: z.string().min(1).max(1024),
  password: z.string().max(maxSecretLength),
});
const headerSchema = z.object({
  strategy: z.literal("header"),
  name: z.string().regex(/^[A-Za-z0-9-]{1,100}$/, "a header name has letters, digits and hyphens only"),
  value: secret,
});

/**
 * How a receiver authenticates our requests: the three strategies that AMP documents, as they are stored, encrypted.
 */
export const authenticationSchema = z.discriminatedUnion("strategy", [bearerSchema, basicSchema, headerSchema]);
export type Authentication = z.infer<typeof authenticationSchema>;
type StrategyName = Authentication["strategy"];

/** What an authentication adds to a request, and which parts of that are secret. */
export interface Credential {
  /** Header name in lower case. */
  header: string;
  value: string;
  /** The value as it may be displayed. */
  displayed: string;
  /** Texts to redact from a receiver's responses. */
  secrets: readonly string[];
}

/** One way to authenticate. Everything that depends on the strategy is here: a strategy without an entry does not compile. */
interface Strategy<A extends Authentication> {
  /** The fields as an error message shows them. */
  form: string;
  /** What is wrong with an authentication whose fields have valid types. */
  check?: (authentication: A) => { field: string; message: string } | undefined;
  credential: (authentication: A) => Credential;
}

const hidden = "[hidden]";

/** Headers that an authentication may not set: they belong to the request or describe the delivery. */
const reservedHeaders =
  /^(host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|user-agent|traceparent|tracestate|webhook-.*|crewstream-.*)$/i;

const strategies: { [Name in StrategyName]: Strategy<Extract<Authentication, { strategy: Name }>> } = {
  bearer: {
    form: '{"strategy": "bearer", "token"}',
    credential: ({ token }) => authorization("Bearer", token, [token]),
  },
  basic: {
    form: '{"strategy": "basic", "username", "password"}',
    check: ({ username }) =>
      username.includes(":") ? { field: "username", message: "must not contain a colon (RFC 7617)" } : undefined,
    credential: ({ username, password }) => {
      const encoded = base64(`${username}:${password}`);
      return authorization("Basic", encoded, [encoded, password]);
    },
  },
  header: {
    form: '{"strategy": "header", "name", "value"}',
    check: ({ name }) =>
      reservedHeaders.test(name) ? { field: "name", message: "is a header that crewstream sets itself" } : undefined,
    credential: ({ name, value }) => ({
      header: name.toLowerCase(),
      value,
      displayed: hidden,
      secrets: [value],
    }),
  },
};

/** The credential that every request of a subscription with this authentication carries. */
export function credentialOf(authentication: Authentication): Credential {
  return strategyOf(authentication).credential(authentication);
}

/** Characters allowed in a header's value (RFC 9110, section 5.5): a line break would begin another header. */
const headerText = /^[\x20-\x7E\x80-\xFF]*$/;

/** {@link authenticationSchema} with messages for clients, and values that are safe as headers. */
export const checkedAuthenticationSchema = z
  // A transform rather than a refinement of `unknown`: the JSON Schema is then that of what it is piped into.
  .transform((value: unknown, context) => {
    const isObject = typeof value === "object" && value !== null;
    const strategy: unknown = isObject ? Reflect.get(value, "strategy") : undefined;
    if (typeof strategy === "string" && Object.hasOwn(strategies, strategy)) return value;
    const forms = Object.values(strategies).map(({ form }) => form);
    const message = `must be one of ${forms.slice(0, -1).join(", ")} and ${forms.at(-1)}`;
    context.issues.push({ code: "custom", path: isObject ? ["strategy"] : [], message, input: value });
    return z.NEVER;
  })
  .pipe(authenticationSchema)
  .superRefine((authentication, context) => {
    for (const [field, text] of Object.entries(authentication)) {
      if (headerText.test(text)) continue;
      context.addIssue({
        code: "custom",
        path: [field],
        message: "must not contain line breaks or control characters",
      });
    }
    const problem = strategyOf(authentication).check?.(authentication);
    if (problem !== undefined) context.addIssue({ code: "custom", path: [problem.field], message: problem.message });
  });

/** TypeScript cannot see that an entry found by an authentication's strategy takes that authentication. */
function strategyOf(authentication: Authentication): Strategy<Authentication> {
  return strategies[authentication.strategy] as Strategy<Authentication>;
}

function authorization(scheme: string, credentials: string, secrets: readonly string[]): Credential {
  return { header: "authorization", value: `${scheme} ${credentials}`, displayed: `${scheme} ${hidden}`, secrets };
}

/** Base64 of a text's UTF-8 bytes; `Buffer` does not exist in a browser. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
