/**
 * Proofs of single entries, made from a file as `securechat verify --prove` makes them.
 *
 * @module
 */

import type { Certificate } from "../../src/pki/certificate.ts";
import { ProofMaker } from "../../src/transcript/v2/proof.ts";
import { verifyRoom } from "../../src/transcript/v2/verify.ts";
import { fileOf } from "./room_files.ts";

/** Which entry, under whose head, and who vouches for the file. */
export interface ProofWanted {
  readonly index: number;
  /** Fingerprint of whoever signed over it; the server without it. */
  readonly by?: string | undefined;
  readonly anchors: readonly Certificate[];
}

/** Makes a proof: one line of JSON, without its end. */
export async function proofIn(
  lines: readonly string[],
  { index, by, anchors }: ProofWanted,
): Promise<Uint8Array<ArrayBuffer>> {
  const makers: ProofMaker[] = [];
  const { tree } = await verifyRoom(fileOf(lines), {
    anchors,
    onHeader: ({ server, chain, size: from }) =>
      void makers.push(new ProofMaker(index, by, { from, chains: [server, chain] })),
    onMessage: (message) => makers[0]?.take(message),
  });
  const [maker] = makers;
  if (tree === undefined || maker === undefined) throw new Error("the file is broken");
  return new TextEncoder().encode(maker.make(tree));
}
