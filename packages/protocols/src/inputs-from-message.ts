/** What is known of an automation's inputs when a client sends a message instead of them. */
export interface DeclaredInputs {
  /** Names, in declared order. */
  inputs: readonly string[];
  required: readonly string[];
  /** The input that the automation marks for messages (`chat: { input }`). */
  chatInput?: string | undefined;
}

/** A client's message, independent of its protocol. */
export interface ClientMessage {
  /** An object that was sent as data. */
  data?: Readonly<Record<string, unknown>> | undefined;
  /** The newest message of the user. */
  text?: string | undefined;
  /** The whole conversation, for automations that declare an input for it. */
  conversation?: readonly { role: string; content: string }[] | undefined;
}

/** The inputs of a run, or a sentence why there are none. */
export type InputsOfMessage = { inputs: Record<string, unknown> } | { problem: string };

/** Names of the message input if an automation marks none, in order of preference. */
const usualNames = ["message", "input", "prompt", "query", "question", "topic"];
const conversationNames: ReadonlySet<string> = new Set(["messages", "history"]);

/**
 * The inputs that a message stands for, by the same rule for every protocol that sends messages: data wins; else the
 * text is a JSON object of declared inputs, or goes to the one input that is meant for it. There is no further
 * guessing.
 */
export function inputsOfMessage(declared: DeclaredInputs, message: ClientMessage): InputsOfMessage {
  const { data, conversation } = message;
  const text = message.text?.trim() ?? "";
  const history = Object.fromEntries(
    declared.inputs
      .filter((name) => conversation !== undefined && conversationNames.has(name))
      .map((name) => [name, conversation]),
  );
  const given = data ?? asInputs(text, declared);
  if (given !== undefined) return { inputs: { ...history, ...given } };
  const others = declared.inputs.filter((name) => !Object.hasOwn(history, name));
  if (text === "" || others.length === 0) {
    const isEnough = declared.required.every((name) => Object.hasOwn(history, name));
    return isEnough ? { inputs: history } : { problem: `The message is empty. ${namesOf(declared)}` };
  }
  const input = inputForText({ ...declared, inputs: others });
  if (input !== undefined) return { inputs: { ...history, [input]: text } };
  return { problem: `It is not clear which input the message is meant for. ${namesOf(declared)}` };
}

function inputForText({ inputs, required, chatInput }: DeclaredInputs): string | undefined {
  if (chatInput !== undefined && inputs.includes(chatInput)) return chatInput;
  const usual = usualNames.find((name) => inputs.includes(name));
  if (usual !== undefined) return usual;
  if (required.length === 1 && inputs.includes(required[0] ?? "")) return required[0];
  return inputs.length === 1 ? inputs[0] : undefined;
}

/** A text that is a JSON object all of whose keys are declared inputs. */
function asInputs(text: string, { inputs }: DeclaredInputs): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => inputs.includes(key)) ? { ...value } : undefined;
}

function namesOf({ inputs, required }: DeclaredInputs): string {
  const list = inputs.map((name) => (required.includes(name) ? `${name} (required)` : name)).join(", ");
  return `The automation takes ${list === "" ? "no inputs" : list}: send a JSON object of them.`;
}
