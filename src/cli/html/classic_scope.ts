/**
 * What a verification of protocol 1's file has looked at, and what it has not.
 *
 * @module
 */

import type { TranscriptReport } from "../../transcript/v1/report.ts";
import type { CheckFacts } from "./content.ts";
import { markup, type Part } from "./markup.ts";
import { caNames, metExpectations, uncheckedRevocation } from "./shared_text.ts";

/**
 * What was checked.
 *
 * @param report What a verification told.
 * @param options How it was made, and what was expected and does not hold.
 * @returns Sentences.
 */
export function checkedClassic(
  { receipt, peerReceipt }: TranscriptReport,
  { check, unmet }: { readonly check: CheckFacts; readonly unmet: readonly string[] },
): readonly Part[] {
  const { revocations, judgedMs } = check;
  const when = judgedMs === undefined ? "at the time of each entry" : "at the time that was given";
  return [
    markup`<b>Certificates.</b> That each was signed by the certificate authority (${
      caNames(check)
    }), is for its role, and was valid${
      revocations === undefined ? undefined : " and not revoked"
    } ${when}.`,
    markup`<b>Signatures.</b> That each entry fits the certificate of one of the two sides: its number, its
time and the encrypted words.`,
    markup`<b>Order.</b> That each side's numbers rise. A number that is missing is a warning.`,
    ...receipt === undefined && peerReceipt === undefined ? [] : [
      markup`<b>Receipts.</b> That the hash which a side signed at the end is that of these entries.`,
    ],
    ...metExpectations(check, unmet),
  ];
}

/**
 * What was not.
 *
 * @param report What a verification told.
 * @param check How it was made.
 * @returns Sentences.
 */
export function uncheckedClassic(
  { verdict }: TranscriptReport,
  check: CheckFacts,
): readonly Part[] {
  return [
    ...uncheckedRevocation(check),
    ...check.hasSessionKey ? [] : [
      markup`<b>The words.</b> They are encrypted, and no session key was given.`,
    ],
    markup`<b>Lines that nobody signs.</b> Those that begin with <code>#</code>: session, whose file it is,
start, end, why it ended and the total are the word of whoever kept the file. So are its name and its dates
on the disk.`,
    markup`<b>The hour.</b> An entry's time is what its author's clock said. Certificates count at that time,
so somebody with an old key can sign an old time.`,
    ...verdict === "VALID" ? [] : [
      markup`<b>Which session.</b> An entry that the same two sides signed in another session looks the same;
only a receipt tells that it does not belong here.`,
    ],
    markup`<b>User names.</b> Words such as <code>[alice]</code> in what a server relays are the server's
word: the certificate names the server.`,
  ];
}
