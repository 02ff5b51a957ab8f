/**
 * Receipts of protocol 1 that somebody changed, or that another key signed.
 *
 * @module
 */

import { signReceipt } from "../../src/protocol/v1/evidence.ts";
import { type ClassicFault, flipBase64, PEER, RECEIPT } from "./classic_fault.ts";
import { cast } from "./classic_keys.ts";
import { buildTranscript, FIRST_ENTRY_LINE as FIRST } from "./transcript_builder.ts";

/** Each with what is found. */
export const RECEIPT_FAULTS: readonly ClassicFault[] = [
  {
    name: "another role in the receipt",
    make: () => buildTranscript({ receipt: (honest) => ({ ...honest, peer: "server" }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "another first number in the receipt",
    make: () => buildTranscript({ receipt: (honest) => ({ ...honest, firstSeq: 2 }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "another last number in the receipt",
    make: () => buildTranscript({ receipt: (honest) => ({ ...honest, lastSeq: 9 }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "another hash in the receipt",
    make: () =>
      buildTranscript({ receipt: (honest) => ({ ...honest, transcriptSha256: "0".repeat(64) }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "SIG_FAIL",
  },
  {
    name: "another signature in the receipt",
    make: () =>
      buildTranscript({ receipt: (honest) => ({ ...honest, sig: flipBase64(honest.sig) }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "SIG_FAIL",
  },
  {
    name: "a signature in the receipt that is no base64",
    make: () => buildTranscript({ receipt: (honest) => ({ ...honest, sig: "A" }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "a receipt from the other side's key",
    make: async () => {
      const { server } = await cast();
      return await buildTranscript({
        receipt: (honest) => signReceipt(server.signingKey, "client", honest),
      });
    },
    verdict: "INVALID",
    line: RECEIPT,
    code: "SIG_FAIL",
  },
  {
    name: "the other side's receipt in the place of the owner's",
    make: async () => {
      const { server } = await cast();
      return await buildTranscript({
        receipt: async (honest) => ({
          ...await signReceipt(server.signingKey, "client", honest),
          peer: "server",
        }),
      });
    },
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "a second receipt",
    make: async () => {
      const text = await buildTranscript();
      return `${text}${text.split("\n").at(-2)}\n`;
    },
    verdict: "INVALID",
    line: FIRST + 12,
    code: "FORMAT",
  },
  {
    name: "a peer's receipt with a wrong signature",
    make: () =>
      buildTranscript({ peerReceipt: (honest) => ({ ...honest, sig: flipBase64(honest.sig) }) }),
    verdict: "INVALID",
    line: PEER,
    code: "SIG_FAIL",
  },
  {
    name: "a peer's receipt of the owner's role",
    make: () => buildTranscript({ peerReceipt: (honest) => ({ ...honest, peer: "client" }) }),
    verdict: "INVALID",
    line: PEER,
    code: "FORMAT",
  },
];
