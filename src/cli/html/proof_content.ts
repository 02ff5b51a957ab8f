/**
 * What a report says of a proof of one entry (protocol 2).
 *
 * @module
 */

import type { Proven } from "../../transcript/v2/proof.ts";
import type { CheckFacts, Content, PartyContent } from "./content.ts";
import { digits, moment } from "./elements.ts";
import { markup, name } from "./markup.ts";
import { ROOM_COLUMNS, roomRow } from "./rows.ts";
import {
  caNames,
  certificateTerms,
  PROVES,
  PROVES_NOT,
  uncheckedRevocation,
} from "./shared_text.ts";

/**
 * Puts it into words.
 *
 * @param proven What the proof shows.
 * @param options How it was checked, and what was expected and does not hold.
 * @returns What the page says.
 */
export function proofContent(
  proven: Proven,
  { check, unmet }: { readonly check: CheckFacts; readonly unmet: readonly string[] },
): Content {
  const { statement, head, index, author, signer } = proven;
  const { room, log, kind, text, ts, seq, session } = statement;
  const { name: who, fingerprint } = author;
  const entry = { line: 1, index, kind, author: who, fingerprint, seq, session, ts, text };
  const lists = check.revocations?.lists;
  return {
    ...{ verdict: "VALID", protocol: 2, unmet, missing: [], findings: [] },
    kind: `Proof of one entry of the room "${room}"`,
    lead: markup`The entry was signed by ${name(who)} and is unchanged, and ${
      name(signer.name)
    } has signed that it stands in the log at number ${index}.`,
    more: markup`It is shown alone: nothing else of the conversation is told here.`,
    facts: [
      ["Room", markup`${name(room)}, protocol 2`],
      ["Entry", String(index)],
      ["Signed over by", markup`${name(signer.name)}, ${moment(head.ts)}, ${head.size} entries`],
      ["Log", digits(log)],
      ["Hash over the log", digits(head.root)],
    ],
    parties: partiesOf(proven, check),
    talk: {
      intro: markup`The time is that of the signature over it.`,
      columns: ROOM_COLUMNS,
      rows: [String(roomRow({ ...entry, placedMs: head.ts, isHeaded: true }))],
      ...{ leftOut: 0, isEmpty: false },
    },
    checked: [
      markup`<b>Certificates.</b> Both were signed by the certificate authority (${
        caNames(check)
      }), and were valid when they were used.`,
      markup`<b>Signatures.</b> The entry's, and the one over the log.`,
      markup`<b>Place.</b> The entry belongs to the log whose hash was signed, at that number.`,
    ],
    unchecked: [
      ...uncheckedRevocation(check),
      markup`<b>All other entries.</b> What was said before and after may change how the words are to be
understood. The whole transcript tells.`,
    ],
    ...{ proves: PROVES, provesNot: PROVES_NOT, ...lists && { lists } },
  };
}

function partiesOf(
  { author, authorRole, signer, signerRole, head }: Proven,
  check: CheckFacts,
): readonly PartyContent[] {
  const terms = ({ leaf: certificate }: typeof author) => {
    const revocation = check.revocations?.of(certificate);
    return certificateTerms({ certificate, ...revocation && { revocation } }, check);
  };
  const wrote: PartyContent = {
    name: author.name,
    role: `${authorRole}, author`,
    terms: terms(author),
  };
  if (signer.fingerprint === author.fingerprint) return [wrote];
  const role = `${signerRole}, signed over ${head.size} entries`;
  return [wrote, { name: signer.name, role, terms: terms(signer) }];
}
