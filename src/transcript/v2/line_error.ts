import { asChatError, ChatError, type ErrorCode } from "../../errors.ts";
import type { LineFault } from "./room_report.ts";

/** A check that failed, and the line that is to blame. */
export class LineError extends Error {
  readonly fault: LineFault;

  /** @param fault The check. */
  constructor(fault: LineFault) {
    super(fault.text);
    this.fault = fault;
  }
}

/**
 * What failed in a line.
 *
 * @param line Its number, which a {@link LineError} knows better.
 * @param thrown The value of a `catch`.
 * @returns The fault.
 * @throws What was thrown, if it is none of the file's: INTERNAL, FILE, an abort.
 */
export function lineFault(line: number, thrown: unknown): LineFault {
  if (thrown instanceof LineError) return thrown.fault;
  if (!(thrown instanceof ChatError)) throw thrown;
  const { code, message } = asChatError(thrown);
  if (code === "INTERNAL" || code === "FILE") throw thrown;
  return { line, code, text: message };
}

/**
 * Refuses a line.
 *
 * @param code The code.
 * @param text Why.
 * @returns The error, to be thrown.
 */
export function refused(code: ErrorCode, text: string): ChatError {
  return new ChatError(code, text);
}
