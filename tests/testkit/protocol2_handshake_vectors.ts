/**
 * The vectors of the handshake. Run as a program it writes them to `tests/data/protocol-2/`; a test
 * compares what is there with what comes out here, and with what the machines do.
 *
 * @module
 */

import { authFaults } from "./auth_faults.ts";
import type { FaultCase } from "./fault_case.ts";
import { FixedHandshake } from "./fixed_handshake.ts";
import { frameFaults } from "./frame_faults.ts";
import { handshakeTrace } from "./handshake_trace.ts";
import { helloFaults } from "./hello_faults.ts";

/** Where vectors are. */
export const VECTORS_URL = new URL("../data/protocol-2/", import.meta.url);

/** Kinds of key with a whole handshake. */
export const TRACED_KEY_TYPES = ["ed25519", "rsa-2048"] as const;

/** The file of faults. */
export interface FaultFile {
  readonly comment: string;
  readonly sides: { readonly client: string; readonly server: string };
  readonly cases: readonly FaultCase[];
}

const SIDES = { client: "client-ed25519", server: "server-ed25519" } as const;

/** @returns The faults' file. */
export async function faultFile(): Promise<FaultFile> {
  const shake = await FixedHandshake.of(SIDES);
  return {
    comment:
      "One frame for a receiver that has come so far in handshake-ed25519.json and waits for " +
      "the message named: one fault, the code it ends with, and the frame by which the other side " +
      "is told. A server offers version 2 alone.",
    sides: SIDES,
    cases: [
      ...await frameFaults(shake),
      ...await helloFaults(shake),
      ...await authFaults(shake),
    ],
  };
}

/** @returns Every file's text by its name. */
export async function handshakeVectorFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const keyType of TRACED_KEY_TYPES) {
    files.set(`handshake-${keyType}.json`, textOf(await handshakeTrace(keyType)));
  }
  return files.set("handshake-faults.json", textOf(await faultFile()));
}

function textOf(value: object): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

if (import.meta.main) {
  for (const [name, text] of await handshakeVectorFiles()) {
    Deno.writeTextFileSync(new URL(name, VECTORS_URL), text);
  }
}
