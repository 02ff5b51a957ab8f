import { parseEntry } from "./entry.ts";
import { PREFIX, RULE } from "./format.ts";

/**
 * Whether a last line without its line feed counts all the same (docs/transcript.md, section 1): an
 * entry or a receipt that is whole does.
 *
 * @param line The line.
 * @returns Whether it is to stay.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isWholeTail(`1|2|AA==|AQ==|${"0".repeat(64)}`), true);
 * assert.equal(isWholeTail(`1|2|AA==|AQ==|${"0".repeat(63)}`), false);
 * assert.equal(isWholeTail('# Peer Receipt: {"type": "receipt"}'), true);
 * assert.equal(isWholeTail('# Peer Receipt: {"type": "rec'), false);
 * ```
 */
export function isWholeTail(line: string): boolean {
  if (line === RULE) return true;
  const receipt = [PREFIX.receipt, PREFIX.peerReceipt].find((prefix) => line.startsWith(prefix));
  try {
    if (receipt === undefined) parseEntry(line);
    else JSON.parse(line.slice(receipt.length));
    return true;
  } catch {
    return false; // no entry, no JSON: cut off
  }
}
