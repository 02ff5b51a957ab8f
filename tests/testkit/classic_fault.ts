/**
 * A file of protocol 1 of which something is to be found.
 *
 * @module
 */

import type { ErrorCode } from "../../src/errors.ts";
import type { Verdict } from "../../src/transcript/v1/report.ts";

/** A transcript, changed or not, and what must be found. */
export interface ClassicFault {
  readonly name: string;
  readonly make: () => Promise<string>;
  readonly verdict: Verdict;
  /** Line of the first error, or how the line begins. */
  readonly line?: number | string;
  readonly code?: ErrorCode;
  /** Whether the CA's list is given. */
  readonly crl?: boolean;
}

/** How lines of the foot begin. */
export const [TOTAL, HASH, RECEIPT, PEER] = [
  "# Total messages",
  "# Transcript hash",
  "# Session Receipt",
  "# Peer Receipt",
] as const;

/** Another first character: base64 stays canonical. */
export function flipBase64(text: string): string {
  return (text.startsWith("A") ? "B" : "A") + text.slice(1);
}
