/**
 * A whole handshake as a vector: every frame, every plaintext, every value of the key schedule.
 *
 * @module
 */

import { X25519KeyPair } from "../../src/crypto/x25519.ts";
import { MlKemKeyPair } from "../../src/crypto/ml_kem.ts";
import { encodeFrame } from "../../src/protocol/frame.ts";
import { authInput, derive, type Side } from "../../src/protocol/v2/key_schedule.ts";
import { type Bodies, FixedHandshake, HANDSHAKE_MESSAGES, type Sides } from "./fixed_handshake.ts";
import { handshakeKeys, vectorChain } from "./handshake_keys.ts";

/** Hex by name. */
export type Named = Readonly<Record<string, string>>;

/** The vector. */
export interface HandshakeTrace {
  readonly comment: string;
  /** Names of identities in `handshake-keys.json`. */
  readonly sides: Sides;
  readonly signin: string;
  readonly session: string;
  /** Whole frames, hex. */
  readonly frames: Named;
  /** What the sealed ones hold: JSON, without the line feed. */
  readonly plain: Named;
  /** The key schedule, hex. */
  readonly derived: Named;
}

/**
 * Makes the vector.
 *
 * @param keyType The kind of both leaves' keys.
 * @returns The vector.
 */
export async function handshakeTrace(keyType: string): Promise<HandshakeTrace> {
  const sides = { client: `client-${keyType}`, server: `server-${keyType}` };
  const shake = await FixedHandshake.of(sides);
  const { serverAuth, clientAuth, ready } = await shake.transcript();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    comment: "A handshake that succeeds. Keys: handshake-keys.json. All other values are hex.",
    sides,
    signin: shake.channels.client.signIn,
    session: shake.channels.client.session,
    frames: framesOf(shake.bodies),
    plain: {
      server_auth: text(serverAuth),
      client_auth: text(clientAuth),
      ready: text(ready),
    },
    derived: await derivedOf(shake),
  };
}

function framesOf(bodies: Bodies): Named {
  return Object.fromEntries(
    HANDSHAKE_MESSAGES.map((message) => [message, encodeFrame(bodies[message]).toHex()]),
  );
}

async function derivedOf(shake: FixedHandshake): Promise<Named> {
  const keys = handshakeKeys();
  const { h0, h1, h2 } = await shake.transcript();
  const hello = JSON.parse(new TextDecoder().decode(shake.bodies.server_hello));
  const own = X25519KeyPair.of(Uint8Array.fromHex(keys.clientX25519));
  const pair = await MlKemKeyPair.of(Uint8Array.fromHex(keys.mlkemSeed));
  const mlkem = await pair.decapsulate(Uint8Array.fromBase64(hello.mlkem));
  const hs = await shake.secret();
  const signed = (side: Side, previous: Uint8Array) =>
    authInput(hs, { side, previous, chain: vectorChain(shake.sides[side]) }).toHex();
  return {
    mlkem_secret: mlkem.bytes.toHex(),
    x25519_secret: own.agree(Uint8Array.fromBase64(hello.x25519)).bytes.toHex(),
    hs: hs.bytes.toHex(),
    H0: h0.toHex(),
    ...await streamNamed(shake, "s hs", h0),
    ...await streamNamed(shake, "c hs", h0),
    "server signs": signed("server", h0),
    H1: h1.toHex(),
    "client signs": signed("client", h1),
    H2: h2.toHex(),
    ...await streamNamed(shake, "s ap", h2),
    ...await streamNamed(shake, "c ap", h2),
  };
}

async function streamNamed(
  shake: FixedHandshake,
  name: "s hs" | "c hs" | "s ap" | "c ap",
  context: Uint8Array,
): Promise<Named> {
  const stream = await shake.stream(name, context);
  return {
    [name]: stream.bytes.toHex(),
    [`${name} key`]: derive(stream, "key").bytes.toHex(),
    [`${name} iv`]: derive(stream, "iv", { length: 12 }).bytes.toHex(),
  };
}
