/**
 * Auth messages made by hand, so that one thing about them can be wrong.
 *
 * @module
 */

import { concat } from "../../src/bytes/concat.ts";
import { importLeafSigningKey } from "../../src/crypto/leaf_signature.ts";
import { Secret } from "../../src/crypto/secret.ts";
import { authInput, type Side } from "../../src/protocol/v2/key_schedule.ts";
import { labelPrefix } from "../../src/protocol/v2/labels.ts";
import { encodeMessage } from "../../src/protocol/v2/messages.ts";
import type { FixedHandshake } from "./fixed_handshake.ts";
import { vectorChain, vectorKey } from "./handshake_keys.ts";

/** How an auth message differs from the right one. */
export interface AuthFaults {
  /** Whose chain it shows. */
  readonly chain?: readonly Uint8Array<ArrayBuffer>[];
  /** Whose key signs. */
  readonly signer?: string;
  /** The label of the other side's signature. */
  readonly label?: "server auth" | "client auth";
  /** Whose MAC it carries. */
  readonly macSide?: Side;
  /** The MAC of another exchange: its secret. */
  readonly secret?: Uint8Array<ArrayBuffer>;
  /** What the signature binds in place of H0 or H1. */
  readonly previous?: Uint8Array;
  /** The chain that the signature binds. */
  readonly signedChain?: readonly Uint8Array<ArrayBuffer>[];
  /** Changes the signature. */
  readonly alter?: (signature: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
}

/**
 * Makes an auth message for a handshake.
 *
 * @param shake The handshake.
 * @param side Whose message.
 * @param faults What is wrong with it; without any it is that handshake's own.
 * @returns The object's bytes.
 */
export async function handAuth(
  shake: FixedHandshake,
  side: Side,
  faults: AuthFaults = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { h0, h1 } = await shake.transcript();
  const chain = faults.chain ?? vectorChain(shake.sides[side]);
  const hs = faults.secret === undefined ? await shake.secret() : new Secret(faults.secret);
  const input = authInput(hs, {
    side: faults.macSide ?? side,
    previous: faults.previous ?? (side === "server" ? h0 : h1),
    chain: faults.signedChain ?? chain,
  });
  const key = await importLeafSigningKey(vectorKey(faults.signer ?? shake.sides[side]));
  const made = await key.sign(concat(labelPrefix(faults.label ?? `${side} auth`), input));
  const sig = faults.alter === undefined ? made : faults.alter(made);
  return encodeMessage({ type: "auth", chain, sig });
}
