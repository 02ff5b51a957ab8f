/**
 * Frames that are refused by their header, in every state (PROTOCOL-2 §1).
 *
 * @module
 */

import { type FaultCase, faultCase, type Told } from "./fault_case.ts";
import {
  type FixedHandshake,
  HANDSHAKE_MESSAGES,
  type HandshakeMessage,
} from "./fixed_handshake.ts";

/** Where a refusal before anything was read is told: where the other side has keys to read it with. */
const TOLD: Readonly<Record<HandshakeMessage, Told>> = {
  client_hello: "plain",
  server_hello: "nothing",
  server_auth: "c hs",
  client_auth: "nothing",
  ready: "nothing",
};

const HEADERS = [
  { name: "an empty body", header: "00000000", expect: "FORMAT" },
  { name: "a body of 65,537 bytes is announced", header: "00010001", expect: "FRAME_TOO_LARGE" },
  { name: "a body of 2^31 bytes is announced", header: "80000000", expect: "FRAME_TOO_LARGE" },
] as const;

/**
 * All faults of headers.
 *
 * @param shake The handshake.
 * @returns The cases; their frames are headers alone.
 */
export async function frameFaults(shake: FixedHandshake): Promise<readonly FaultCase[]> {
  const made = HANDSHAKE_MESSAGES.flatMap((waits) =>
    HEADERS.map(async ({ name, header, expect }) => {
      const draft = { name, section: "1", body: new Uint8Array(), expect } as const;
      return { ...await faultCase(shake, waits, { ...draft, told: TOLD[waits] }), frame: header };
    })
  );
  return await Promise.all(made);
}
