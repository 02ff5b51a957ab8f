/**
 * Auth messages whose chain section 3 refuses; everything else about them is right.
 *
 * @module
 */

import type { Side } from "../../src/protocol/v2/key_schedule.ts";
import type { FaultDraft } from "./fault_case.ts";
import type { FixedHandshake } from "./fixed_handshake.ts";
import { type AuthFaults, handAuth } from "./hand_auth.ts";
import { handshakeKeys, vectorChain } from "./handshake_keys.ts";

/** An object that is sealed as it should be. */
export interface Sealed {
  readonly name: string;
  readonly section: FaultDraft["section"];
  readonly object: Uint8Array;
  readonly expect: string;
}

/**
 * Chains with one fault each, and one that is right.
 *
 * @param shake The handshake.
 * @param side Who shows them.
 * @returns The objects.
 */
export async function chainFaults(shake: FixedHandshake, side: Side): Promise<readonly Sealed[]> {
  const other = side === "server" ? "client" : "server";
  const [leaf, ca2, ca1] = vectorChain(`${side}-under-two`);
  const [plain] = vectorChain(`${side}-ed25519`);
  if (leaf === undefined || ca1 === undefined || ca2 === undefined || plain === undefined) {
    throw new Error("a chain of the vectors' keys is too short");
  }
  const root = Uint8Array.fromBase64(handshakeKeys().root);
  const names = Object.keys(handshakeKeys().identities).filter((name) =>
    name.startsWith(`${side}-`) && !/-(ed25519|rsa-2048|under-two)$/.test(name)
  );
  const make = async (name: string, faults: AuthFaults): Promise<Sealed> => ({
    ...{ name, section: "3", expect: "BAD_CERT" },
    object: await handAuth(shake, side, faults),
  });
  const under = `${side}-under-two`;
  return [
    ...await Promise.all(
      names.map((name) =>
        make(`leaf: ${name.slice(side.length + 1)}`, { chain: vectorChain(name), signer: name })
      ),
    ),
    await make(`the leaf of a ${other}`, {
      ...{ chain: vectorChain(`${other}-ed25519`), signer: `${other}-ed25519` },
    }),
    await make("the chain's CAs are swapped", { chain: [leaf, ca1, ca2], signer: under }),
    await make("the chain begins with a CA", { chain: [ca2, leaf, ca1], signer: under }),
    await make("the chain holds the root", { chain: [plain, root] }),
    await make("the chain lacks a CA", { chain: [leaf, ca2], signer: under }),
    await make("not a certificate", { chain: [new Uint8Array([0x30, 0])] }),
    {
      ...await make("a chain of three that is right", { chain: [leaf, ca2, ca1], signer: under }),
      expect: side === "server" ? "more" : "done",
    },
  ];
}
