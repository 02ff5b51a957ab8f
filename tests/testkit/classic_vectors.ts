/**
 * The vectors of transcripts of protocol 1: good files, and files with one fault each, with verdict, line
 * and code. Run as a program it writes them; the same each time.
 *
 * @module
 */

import type { ErrorCode } from "../../src/errors.ts";
import type { Verdict } from "../../src/transcript/v1/report.ts";
import type { ClassicFault } from "./classic_fault.ts";
import { cast, CLASSIC_URL } from "./classic_keys.ts";
import { LINE_FAULTS } from "./classic_line_faults.ts";
import { RECEIPT_FAULTS } from "./classic_receipt_faults.ts";
import { SIGNER_FAULTS } from "./classic_signer_faults.ts";
import {
  buildTranscript,
  FIRST_ENTRY_LINE as FIRST,
  lineOf,
  SAYINGS,
  spliceLines,
} from "./transcript_builder.ts";
import { vectorIndexText } from "./vector_index.ts";

/** A file, and what a verifier says of it. */
export interface ClassicVector {
  readonly name: string;
  readonly verdict: Verdict;
  /** Of an INVALID file: the first line with an error. */
  readonly line?: number;
  readonly code?: ErrorCode;
  readonly crl?: boolean;
  readonly text: string;
}

const HONEST: readonly ClassicFault[] = [
  { name: "good client", make: () => buildTranscript(), verdict: "VALID" },
  {
    name: "good server with both receipts",
    make: () => buildTranscript({ role: "server", peerReceipt: (honest) => honest }),
    verdict: "VALID",
  },
  { name: "good without a word", make: () => buildTranscript({ sayings: [] }), verdict: "VALID" },
  {
    name: "good without certificate lines",
    make: async () => {
      const text = await buildTranscript();
      return spliceLines(text, { at: lineOf(text, "# Certificate"), remove: 2 });
    },
    verdict: "VALID",
  },
  {
    name: "good with the original's receipt over several lines",
    make: async () => (await buildTranscript()).replace(/# Session Receipt: (.*)\n/, severalLines),
    verdict: "VALID",
  },
  {
    name: "good with numbers missing between",
    make: () =>
      buildTranscript({ sayings: [...SAYINGS, { author: "client", text: "x", seqno: 9 }] }),
    verdict: "VALID",
  },
  {
    name: "no receipt",
    make: () => buildTranscript({ receipt: () => undefined }),
    verdict: "INCOMPLETE",
  },
];

function severalLines(_line: string, receipt: string): string {
  return `# Session Receipt:\n${JSON.stringify(JSON.parse(receipt), null, 2)}\n`;
}

/** Mallory, whose certificate the list revokes from the third entry's time on. */
const REVOKED: readonly ClassicFault[] = [
  {
    name: "an author who was revoked during the session",
    make: async () => buildTranscript({ client: (await cast()).mallory }),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "REVOKED",
    crl: true,
  },
  {
    name: "an author who was revoked, without the list",
    make: async () => buildTranscript({ client: (await cast()).mallory }),
    verdict: "VALID",
  },
  {
    name: "an author who was revoked after its last word",
    make: async () =>
      buildTranscript({
        client: (await cast()).mallory,
        sayings: SAYINGS.slice(0, 2),
      }),
    verdict: "VALID",
    crl: true,
  },
  { name: "good with the list", make: () => buildTranscript(), verdict: "VALID", crl: true },
];

/** All vectors. */
export function classicVectors(): Promise<readonly ClassicVector[]> {
  const all = [HONEST, LINE_FAULTS, RECEIPT_FAULTS, SIGNER_FAULTS, REVOKED].flat();
  return Promise.all(all.map(async ({ name, make, line, ...rest }) => {
    const text = await make();
    const at = typeof line === "string" ? lineOf(text, line) : line;
    return { name: fileName(name), ...rest, ...at !== undefined && { line: at }, text };
  }));
}

/** "a changed seqno" is `changed_seqno`. */
function fileName(name: string): string {
  return name.replace(/^(?:an?|the) /, "").replaceAll(/[^A-Za-z0-9]+/g, "_");
}

/** The list of all vectors, as it is on the disk. */
export function classicIndex(vectors: readonly ClassicVector[]): string {
  return vectorIndexText(COMMENT, vectors);
}

const COMMENT =
  "Files NAME.transcript, each verified with the CA of keys.json, all its people's certificates " +
  "at hand, and its list where crl is true. The line is the first with an error.";

if (import.meta.main) {
  const vectors = await classicVectors();
  for (const { name, text } of vectors) {
    Deno.writeTextFileSync(new URL(`${name}.transcript`, CLASSIC_URL), text);
  }
  Deno.writeTextFileSync(new URL("index.json", CLASSIC_URL), classicIndex(vectors));
}
