/**
 * Flips the bits of a handshake's frames, one at a time, and delivers them to live machines.
 *
 * Everything is fixed by the vectors' keys but two things: the server's ML-KEM randomness for a key that
 * a flip has changed, and the times of validation, which are an argument.
 *
 * @module
 */

import { asChatError } from "../../src/errors.ts";
import { encodeFrame, FrameReader, HANDSHAKE_BODY_MAX_BYTES } from "../../src/protocol/frame.ts";
import type { ClientHandshake } from "../../src/protocol/v2/client_handshake.ts";
import type { HandshakeStep } from "../../src/protocol/v2/handshake.ts";
import type { ServerHandshake } from "../../src/protocol/v2/server_handshake.ts";
import { chooseVersion } from "../../src/protocol/v2/version.ts";
import { FixedHandshake, type HandshakeMessage } from "./fixed_handshake.ts";
import { bodyOf, codeOf } from "./fixed_machines.ts";
import { handshakeKeys } from "./handshake_keys.ts";

/** What a flip led to: a code, "waits" for more bytes, "session", or "-" where a side hears nothing. */
export interface FlipOutcome {
  readonly client: string;
  readonly server: string;
}

/** A flipped bit. */
export interface Flip {
  readonly message: HandshakeMessage;
  /** Counted from the frame's first byte, header included, most significant bit first. */
  readonly bit: number;
}

const NEVER = "-";

/** The bytes of a frame with a bit flipped, and what its sender has sent behind it. */
function flippedStream(shake: FixedHandshake, { message, bit }: Flip): Uint8Array<ArrayBuffer> {
  const frame = encodeFrame(shake.bodies[message]);
  const index = bit >> 3;
  frame[index] = (frame[index] ?? 0) ^ (0x80 >> (bit & 7));
  if (message !== "server_hello") return frame;
  return new Uint8Array([...frame, ...encodeFrame(shake.bodies.server_auth)]);
}

/** The frames of a stream as a connection cuts them, or the code that ends it. */
function cut(stream: Uint8Array): readonly Uint8Array<ArrayBuffer>[] | string {
  const reader = new FrameReader();
  reader.push(stream);
  const bodies: Uint8Array<ArrayBuffer>[] = [];
  try {
    for (;;) {
      const body = reader.next(HANDSHAKE_BODY_MAX_BYTES);
      if (body === undefined) return bodies.length === 0 ? "waits" : bodies;
      bodies.push(body);
    }
  } catch (error) {
    return bodies.length === 0 ? asChatError(error).code : bodies;
  }
}

/** Takes frames until one ends it. */
async function takeAll(
  machine: ClientHandshake | ServerHandshake,
  bodies: readonly Uint8Array<ArrayBuffer>[],
): Promise<HandshakeStep | undefined> {
  let last: HandshakeStep | undefined;
  for (const body of bodies) {
    last = await machine.take(body, handshakeKeys().nowMs);
    if (last.kind !== "more") return last;
  }
  return last;
}

function named(step: HandshakeStep | undefined): string {
  if (step === undefined) return NEVER;
  return step.kind === "done" ? "session" : codeOf(step);
}

/**
 * Delivers a frame with a flipped bit, then what the receiver answers.
 *
 * @param shake The handshake.
 * @param flip The bit.
 * @returns What both sides end in.
 */
export function deliverFlipped(shake: FixedHandshake, flip: Flip): Promise<FlipOutcome> {
  const bodies = cut(flippedStream(shake, flip));
  const isToServer = flip.message === "client_hello" || flip.message === "client_auth";
  if (typeof bodies !== "string") {
    return isToServer
      ? toServer(shake, flip.message, bodies)
      : toClient(shake, flip.message, bodies);
  }
  const outcome = { client: NEVER, server: NEVER };
  return Promise.resolve({ ...outcome, [isToServer ? "server" : "client"]: bodies });
}

async function toServer(
  shake: FixedHandshake,
  message: HandshakeMessage,
  bodies: readonly Uint8Array<ArrayBuffer>[],
): Promise<FlipOutcome> {
  if (message === "client_auth") {
    const server = await shake.serverWaitingFor("client_auth");
    return { server: named(await takeAll(server, bodies)), client: NEVER };
  }
  const version = versionFault(bodies);
  if (version !== undefined) return { server: version, client: NEVER };
  const server = await shake.serverWaitingFor("client_hello");
  const step = await takeAll(server, bodies);
  const client = await shake.clientWaitingFor("server_hello");
  const answered = await takeAll(client, (step?.send ?? []).map(bodyOf));
  const heard = await takeAll(
    server,
    step?.kind === "more" ? answered?.send.map(bodyOf) ?? [] : [],
  );
  return { server: named(heard ?? step), client: named(answered) };
}

/** The server reads the version first; where none is named, protocol 1 would refuse what 2 refuses. */
function versionFault([first = new Uint8Array()]: readonly Uint8Array[]): string | undefined {
  try {
    chooseVersion(first, [1, 2]);
    return undefined;
  } catch (error) {
    return asChatError(error).code;
  }
}

async function toClient(
  shake: FixedHandshake,
  message: HandshakeMessage,
  bodies: readonly Uint8Array<ArrayBuffer>[],
): Promise<FlipOutcome> {
  if (message === "ready") {
    const client = await shake.clientWaitingFor("ready");
    return { client: named(await takeAll(client, bodies)), server: NEVER };
  }
  const isHello = message === "server_hello";
  const client = await shake.clientWaitingFor(isHello ? "server_hello" : "server_auth");
  const step = await takeAll(client, bodies);
  const told = (step?.send ?? []).map(bodyOf);
  if (told.length === 0) return { client: named(step), server: NEVER };
  const server = await shake.serverWaitingFor("client_auth");
  return { client: named(step), server: named(await takeAll(server, told)) };
}
