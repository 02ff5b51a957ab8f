/**
 * What the two machines of the handshake have in common (PROTOCOL-2 §2).
 *
 * Sans-I/O: frames, time, keys and trust come in as arguments. A machine takes one frame body after the
 * other; it never throws for what the other side sent: that is a refusal, with what the other side is
 * told where keys exist to tell it.
 *
 * @module
 */

import type { LeafSigningKey } from "../../crypto/leaf_signature.ts";
import { asChatError, ChatError, ERRORS } from "../../errors.ts";
import { encodeFrame } from "../frame.ts";
import type { HandshakeNote } from "../session.ts";
import { encodeMessage, type Message } from "./messages.ts";
import type { PeerIdentity } from "./peer_identity.ts";
import type { RecordOpener, RecordSealer } from "./record_stream.ts";

/** Who this side is, with the key that proves it. */
export interface OwnIdentity extends PeerIdentity {
  readonly signingKey: LeafSigningKey;
}

/** How a client signs in after the handshake. */
export type SignInMode = Message<"ready">["signin"];

/** What a handshake ends in: two directions of records, and who is there. */
export interface SecureChannel {
  readonly sealer: RecordSealer;
  readonly opener: RecordOpener;
  readonly peer: PeerIdentity;
  /** The session's public name, 32 lower-case hex digits. */
  readonly session: string;
  readonly signIn: SignInMode;
}

/** The other side has ended the handshake: there is nobody to tell. */
export class PeerEnded extends Error {
  /** What it said. */
  readonly error: ChatError;

  /** @param error What it said. */
  constructor(error: ChatError) {
    super(error.message);
    this.error = error;
  }
}

/** What came of a frame. */
export type HandshakeStep =
  & {
    readonly kind: "more" | "failed" | "done";
    /** Frames for the other side. */
    readonly send: readonly Uint8Array<ArrayBuffer>[];
    readonly notes: readonly HandshakeNote[];
  }
  & (
    | { readonly kind: "more" }
    | { readonly kind: "failed"; readonly error: ChatError }
    | { readonly kind: "done"; readonly channel: SecureChannel }
  );

/**
 * A status for the other side: the code's wire text, and what it may be told beside.
 *
 * @param error Why this side ends.
 * @returns The object.
 */
export function statusObject(error: ChatError): Uint8Array<ArrayBuffer> {
  const { wire } = ERRORS[error.code];
  return encodeMessage({ type: "status", status: wire, message: error.told ?? wire });
}

/**
 * A failed step.
 *
 * @param thrown What went wrong.
 * @param sealer What the other side can be told with; without it, it is told nothing.
 * @returns The step.
 */
export function failedStep(thrown: unknown, sealer?: RecordSealer): HandshakeStep {
  const isTold = thrown instanceof PeerEnded;
  const error = isTold ? thrown.error : asChatError(thrown);
  const send = sealer === undefined || isTold ? [] : [sealer.seal([statusObject(error)])];
  return { kind: "failed", error, send, notes: [] };
}

/**
 * The error of a machine that is used up, or was ended by its own side while it judged a frame.
 *
 * @returns The error.
 */
export function handshakeOver(): ChatError {
  return new ChatError("INTERNAL", "cannot go on: the handshake has ended");
}

/**
 * A refusal in plain, for what fails before there are keys.
 *
 * @param error Why.
 * @returns The frame.
 */
export function plainStatus(error: ChatError): Uint8Array<ArrayBuffer> {
  return encodeFrame(statusObject(error));
}
