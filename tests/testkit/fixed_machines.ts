/**
 * Machines of the handshake with the fixed keys of the vectors, and what tests ask of their steps.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  encapsulateHybrid,
  type HybridEncapsulation,
  type HybridSeeds,
  type HybridShare,
} from "../../src/crypto/hybrid_kem.ts";
import { MlKemKeyPair } from "../../src/crypto/ml_kem.ts";
import { Secret } from "../../src/crypto/secret.ts";
import { X25519KeyPair } from "../../src/crypto/x25519.ts";
import { ClientHandshake } from "../../src/protocol/v2/client_handshake.ts";
import type { HandshakeStep } from "../../src/protocol/v2/handshake.ts";
import { ServerHandshake } from "../../src/protocol/v2/server_handshake.ts";
import { handshakeKeys, vectorIdentity, vectorTrust } from "./handshake_keys.ts";

/** @returns The client's one-time private halves. */
export function fixedSeeds(): HybridSeeds {
  const { mlkemSeed, clientX25519 } = handshakeKeys();
  return { mlkem: Uint8Array.fromHex(mlkemSeed), x25519: Uint8Array.fromHex(clientX25519) };
}

/** The fixed answer, made once. */
interface FixedAnswer {
  readonly own: X25519KeyPair;
  readonly offered: string;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
  readonly mlkem: Uint8Array<ArrayBuffer>;
}

let answer: FixedAnswer | undefined;

async function fixedAnswer(): Promise<FixedAnswer> {
  const keys = handshakeKeys();
  const client = await MlKemKeyPair.of(Uint8Array.fromHex(keys.mlkemSeed));
  const ciphertext = Uint8Array.fromHex(keys.ciphertext);
  return {
    own: X25519KeyPair.of(Uint8Array.fromHex(keys.serverX25519)),
    offered: client.encapsulationKey.toBase64(),
    ciphertext,
    mlkem: (await client.decapsulate(ciphertext)).bytes,
  };
}

/** The fixed answer to the fixed client; to any other key a fresh one, as a server gives it. */
async function encapsulate(offer: HybridShare): Promise<HybridEncapsulation> {
  answer ??= await fixedAnswer();
  const { own, offered, ciphertext, mlkem } = answer;
  if (offered !== offer.mlkem.toBase64()) return await encapsulateHybrid(offer, own);
  return {
    share: { mlkem: ciphertext, x25519: own.publicValue },
    secrets: { mlkem: new Secret(mlkem.slice()), x25519: own.agree(offer.x25519) },
  };
}

/**
 * The body of a frame.
 *
 * @param frame Header and body.
 * @returns The body.
 */
export function bodyOf(frame: Uint8Array<ArrayBuffer> | undefined): Uint8Array<ArrayBuffer> {
  assert.ok(frame !== undefined, "no frame was sent");
  return frame.slice(4);
}

/**
 * The outcome of a step, for comparing.
 *
 * @param step The step.
 * @returns "more", "done" or the code of a failure.
 */
export function codeOf(step: HandshakeStep): string {
  return step.kind === "failed" ? step.error.code : step.kind;
}

/**
 * A client with the fixed keys.
 *
 * @param name Its identity.
 * @returns The machine and its hello.
 */
export async function startClient(
  name: string,
): Promise<{ readonly machine: ClientHandshake; readonly hello: Uint8Array<ArrayBuffer> }> {
  const { machine, step } = await ClientHandshake.start({
    own: await vectorIdentity(name),
    trust: vectorTrust(),
    serverName: handshakeKeys().serverName,
    seeds: fixedSeeds(),
  });
  return { machine, hello: bodyOf(step.send[0]) };
}

/**
 * A server with the fixed keys.
 *
 * @param name Its identity.
 * @returns The machine.
 */
export async function startServer(name: string): Promise<ServerHandshake> {
  const own = await vectorIdentity(name);
  return new ServerHandshake({ own, trust: vectorTrust(), signIn: "password", encapsulate });
}
