export {
  inputsOfMessage,
  type ClientMessage,
  type DeclaredInputs,
  type InputsOfMessage,
} from "./inputs-from-message.ts";
