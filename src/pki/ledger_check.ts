/**
 * Checks a whole ledger: that every line is the CA's, and that none is missing, altered or moved.
 *
 * A tail that was cut leaves a ledger that is good by itself. Who remembers a head (the hash of what
 * was the last line some day) finds that too.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { isLedgerLineOf, LEDGER_START, type LedgerLine, parseLedgerLine } from "./ledger.ts";

/** What helps whose books hold, but are not those that the head is of. */
const CUT_HINT = "issue and revoke nothing with these: keep them as evidence, look for the newer " +
  "copy, and ask where the head was written down";

/** What is wrong with a ledger. */
export interface LedgerFault {
  /** Number of the line, from 1. */
  readonly line: number;
  readonly text: string;
  /** A better hint than the error table's. */
  readonly hint?: string;
}

/** What a ledger is. */
export interface LedgerReport {
  /** The lines up to the first fault. */
  readonly lines: readonly LedgerLine[];
  readonly fault?: LedgerFault;
}

/** What a ledger is checked against. */
export interface LedgerPolicy {
  readonly ca: Certificate;
  /** A head that was printed some day, lower-case hex. */
  readonly head?: string;
}

/**
 * Checks the lines of a ledger.
 *
 * @param texts The lines without their line feeds, torn ones left out.
 * @param policy The CA whose ledger it is, and the head that is remembered.
 * @returns The lines that are good, and the first fault if there is one.
 */
export function checkLedger(texts: readonly string[], { ca, head }: LedgerPolicy): LedgerReport {
  const lines: LedgerLine[] = [];
  for (const text of texts) {
    const next = checkLine(text, { ca, last: lines.at(-1) });
    if (typeof next === "string") return { lines, fault: { line: lines.length + 1, text: next } };
    lines.push(next);
  }
  if (lines.length === 0) return { lines, fault: { line: 1, text: "is missing" } };
  if (head === undefined || lines.some(({ hash }) => hash === head)) return { lines };
  const text =
    "is the last, and the remembered head is neither its hash nor that of one before it:" +
    " the end was cut off, or it is another ledger";
  return { lines, fault: { line: lines.length, text, hint: CUT_HINT } };
}

/**
 * The lines of a ledger that must be good.
 *
 * @param report What {@link checkLedger} found.
 * @param source Where it is from, for errors.
 * @returns The lines, at least one.
 * @throws {ChatError} LEDGER if there is a fault.
 */
export function requireGoodLedger({ lines, fault }: LedgerReport, source: string): LedgerLine[] {
  if (fault === undefined) return [...lines];
  const { line, text, hint } = fault;
  const message = `cannot trust ${source}: line ${line} ${text}`;
  throw new ChatError("LEDGER", message, hint === undefined ? {} : { hint });
}

interface Place {
  readonly ca: Certificate;
  readonly last: LedgerLine | undefined;
}

/** The line, or what is wrong with it. */
function checkLine(text: string, place: Place): LedgerLine | string {
  const line = parsed(text);
  if (line === undefined) return "is not a line of a ledger";
  const { ca, last } = place;
  if (!isLedgerLineOf(line, ca)) {
    return "is not signed by this CA: it was altered, or a stranger wrote it";
  }
  const index = last === undefined ? 0 : last.index + 1;
  if (line.index !== index) {
    return `has the number ${line.index}, expected ${index}: a line was removed, repeated or moved`;
  }
  if (line.previous !== (last?.hash ?? LEDGER_START)) {
    return "does not continue the line before it: the two are of different ledgers of this CA";
  }
  if ((line.kind === "begun") !== (index === 0)) return "cannot stand in this place";
  if (index > 0 || line.fingerprint === ca.fingerprint) return line;
  return "is about another certificate than this CA's";
}

function parsed(text: string): LedgerLine | undefined {
  try {
    return parseLedgerLine(text);
  } catch {
    return undefined;
  }
}
