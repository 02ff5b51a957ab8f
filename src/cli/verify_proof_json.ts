/**
 * The JSON of `securechat verify --json` for a proof of one statement: of the format of `verify_json.ts`.
 *
 * @module
 */

import type { ChatError } from "../errors.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";
import { isoTime } from "../transcript/v1/times.ts";
import type { Proven } from "../transcript/v2/proof.ts";
import { jsonLine } from "./json_line.ts";
import { FORMAT } from "./verify_json.ts";

/**
 * One line of JSON for a proof that holds.
 *
 * @param file Its path as given.
 * @param proven What it shows.
 * @param unmet What was expected and does not hold.
 * @returns The line with its end.
 */
export function proofJson(file: string, proven: Proven, unmet: readonly string[]): string {
  const { statement, head, index, author, signer, signerRole } = proven;
  const { room, log, kind, ts, text } = statement;
  return `${
    jsonLine({
      ...{ format: FORMAT, file, protocol: 2, verdict: "VALID", firstError: null, unmet },
      ...{ insecure: [], room, log, index, kind, author: whoJson(author), time: isoTime(ts) },
      words: text,
      signer: { ...whoJson(signer), role: signerRole, time: isoTime(head.ts), size: head.size },
    })
  }\n`;
}

/**
 * One line of JSON for a proof that does not hold: nothing that it says is repeated.
 *
 * @param file Its path as given.
 * @param error Why.
 * @returns The line with its end.
 */
export function badProofJson(file: string, { code, message }: ChatError): string {
  const firstError = { line: 1, severity: "error", code, text: message };
  const verdict = { format: FORMAT, file, protocol: 2, verdict: "INVALID", firstError };
  return `${jsonLine({ ...verdict, unmet: [], insecure: [], index: null, signer: null })}\n`;
}

function whoJson({ name, fingerprint }: PeerIdentity): object {
  return { name, fingerprint };
}
