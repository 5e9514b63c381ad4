import { AppError, ErrorCode, isKnownEventType, suggestEventType } from "@crewstream/contracts";
import type { Scope } from "./scope.ts";

/**
 * Emits an automation's custom events. Throws `invalid_input` for a name that is reserved or cannot be subscribed to.
 */
export type EmitCustom = (type: string, data?: Record<string, unknown>) => void;

/** {@link EmitCustom} for a scope. */
export function customEmitter(scope: Scope): EmitCustom {
  return (type, data = {}) => {
    if (!/^[A-Za-z][A-Za-z0-9_.:-]{0,99}$/.test(type)) {
      throw refused(`"${type}" cannot name an event: use letters, digits and _ . : -, at most 100, a letter first`);
    }
    if (isKnownEventType(type)) throw refused(`"${type}" is an event of the runtime: choose another name for yours`);
    const near = suggestEventType(type);
    if (near !== undefined)
      throw refused(`"${type}" is one letter away from the runtime's event "${near}": choose another name`);
    scope.emit(type, data);
  };
}

function refused(message: string): AppError {
  return new AppError(message, { code: ErrorCode.invalidInput });
}
