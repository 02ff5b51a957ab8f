/**
 * How the machines of protocol 1 make outputs and end sessions.
 *
 * @module
 */

import { asChatError, ChatError, ERRORS } from "../../errors.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../frame.ts";
import type { Input, Output, Patience, Session } from "../session.ts";
import { messageFrame } from "./messages.ts";

/** One step of a state: the input to the output, or a throw that ends the session. */
export type StepFunction = (input: Input) => Promise<Output> | Output;

/**
 * An output without the parts that are empty.
 *
 * @param session The next session.
 * @param parts What came of the step.
 * @returns The output.
 */
export function output(
  session: Session,
  parts: Partial<Omit<Output, "session">> = {},
): Output {
  return { session, record: [], send: [], events: [], ...parts };
}

/**
 * A state of the handshake as a session: every error that its step throws ends the session, and
 * the peer is told the code.
 *
 * @param patience How long the driver waits in this state.
 * @param step The state's step.
 * @returns The session.
 */
export function handshakeState(patience: Patience, step: StepFunction): Session {
  return {
    patience,
    maxBodyBytes: HANDSHAKE_BODY_MAX_BYTES,
    maxTextBytes: 0,
    async step(input: Input): Promise<Output> {
      try {
        if (input.kind === "abort") return ended(input.error, [statusFrame(input.error)]);
        if (input.kind === "leave") return ended();
        return await step(input);
      } catch (thrown) {
        const error = asChatError(thrown);
        return ended(error, [statusFrame(error)]);
      }
    },
  };
}

/** The session that is over: it ignores what still arrives. */
const OVER: Session = {
  patience: "ended",
  maxBodyBytes: HANDSHAKE_BODY_MAX_BYTES,
  maxTextBytes: 0,
  step: () => Promise.resolve(output(OVER)),
};

/**
 * The output that ends a session.
 *
 * @param error Why, where it is not a goodbye.
 * @param send A last word to the peer.
 * @returns The output.
 */
export function ended(error?: ChatError, send: readonly Uint8Array[] = []): Output {
  return output(OVER, {
    send,
    events: [error === undefined ? { kind: "ended" } : { kind: "ended", error }],
  });
}

/**
 * The status frame for an error: its wire text alone.
 *
 * @param error The error.
 * @returns The frame.
 */
export function statusFrame(error: ChatError): Uint8Array {
  const wire = ERRORS[error.code].wire;
  return messageFrame({ type: "status", status: wire, message: wire });
}

/**
 * Refuses an input that the state has no use for: a fault of the driver, never of the peer.
 *
 * @param input The input.
 * @param state Name of the state.
 * @throws {ChatError} INTERNAL, always.
 */
export function misused(input: Input, state: string): never {
  throw new ChatError("INTERNAL", `cannot take ${input.kind}: session is ${state}`);
}
