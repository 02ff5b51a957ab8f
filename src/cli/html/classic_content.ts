/**
 * What a report says of a session's file (protocol 1).
 *
 * @module
 */

import type {
  EntryReport,
  Finding,
  PartyReport,
  ReceiptReport,
  TranscriptReport,
} from "../../transcript/v1/report.ts";
import { checkedClassic, uncheckedClassic } from "./classic_scope.ts";
import { type CheckFacts, type Content, LISTED_MAX, type PartyContent } from "./content.ts";
import { counted, digits, type Term } from "./elements.ts";
import { markup, type Part } from "./markup.ts";
import { betweenRow, CLASSIC_COLUMNS, classicRow } from "./rows.ts";
import { certificateTerms, faultText, nameIn, PROVES, PROVES_NOT, span } from "./shared_text.ts";

/**
 * Puts it into words.
 *
 * @param report What a verification told.
 * @param options How it was made, and what was expected and does not hold.
 * @returns What the page says.
 */
export function classicContent(
  report: TranscriptReport,
  { check, unmet }: { readonly check: CheckFacts; readonly unmet: readonly string[] },
): Content {
  const { verdict, entries, findings, parties, role, revocationLists: lists } = report;
  const leftOut = check.isLong ? 0 : Math.max(0, entries.length - LISTED_MAX);
  return {
    ...{ verdict, protocol: 1, missing: [], findings, unmet },
    kind: `Signed conversation of two sides: ${
      role === undefined ? "a" : `the ${role}'s`
    } transcript`,
    ...leadOf(report),
    facts: factsOf(report),
    parties: parties.map((party) => partyOf(party, check)),
    talk: {
      intro: introOf(check),
      columns: CLASSIC_COLUMNS,
      rows: rowsOf(report, { count: entries.length - leftOut, hasKey: check.hasSessionKey }),
      ...{ leftOut, isEmpty: entries.length === 0 },
    },
    checked: checkedClassic(report, { check, unmet }),
    unchecked: uncheckedClassic(report, check),
    proves: PROVES,
    provesNot: PROVES_NOT,
    ...lists && { lists },
  };
}

function leadOf(report: TranscriptReport): Pick<Content, "lead" | "more"> {
  switch (report.verdict) {
    case "VALID":
      return {
        lead:
          markup`Every entry was signed by the side that is named as its author and is unchanged, and the
side whose file this is has signed that this is all (its receipt).`,
      };
    case "INCOMPLETE":
      return {
        lead:
          markup`What is here was signed by the side that is named as its author and is unchanged. But
nobody has signed that it is all: the session broke off, or the end of the file was cut off.`,
      };
    case "INVALID":
      return {
        lead: faultText(report.findings),
        more:
          markup`Entries with a mark below do not count. Those without one still carry good signatures;
who changed the file, and what else is missing from it, it does not tell.`,
      };
  }
}

function factsOf(report: TranscriptReport): readonly Term[] {
  const { sessionId, role, started, ended, reason, entries, transcriptSha256 } = report;
  const times = entries.flatMap(({ ts, fault }) => ts === undefined || fault ? [] : [ts]);
  const firstMs = times.reduce((least, ts) => Math.min(least, ts), times[0] ?? 0);
  const lastMs = times.reduce((most, ts) => Math.max(most, ts), times[0] ?? 0);
  const unsigned = markup`<span class="soft">(the owner's word, unsigned)</span>`;
  return [
    ["Protocol", "1, between two sides"],
    ["Whose file", role && markup`the ${role}'s ${unsigned}`],
    ["Entries", String(entries.length)],
    ["From, to", times.length === 0 ? undefined : span(firstMs, lastMs)],
    ["Receipt", receiptCell(report.receipt)],
    ["Other side's receipt", receiptCell(report.peerReceipt)],
    ["Session", sessionId && markup`${digits(sessionId)} ${unsigned}`],
    ["Began, ended", markup`${started ?? "no start"}, ${ended ?? "no end"} ${unsigned}`],
    ["Ended because of", reason && markup`${reason} ${unsigned}`],
    ["Hash over the entries", digits(transcriptSha256)],
  ];
}

function receiptCell(report: ReceiptReport | undefined): Part {
  if (report === undefined) return "none";
  const { line, receipt: { firstSeq, lastSeq }, faults, sameOrder } = report;
  const place = `line ${line}, numbers ${firstSeq} to ${lastSeq}: `;
  if (faults.length > 0) {
    return markup`${place}<b class="fault">${faults.map(({ code }) => code).join(", ")}</b>`;
  }
  const order = sameOrder === undefined
    ? ""
    : sameOrder
    ? "; its file has these entries in this order"
    : "; what its file has cannot be told from here, its order may differ";
  return `${place}good${order}`;
}

function partyOf(party: PartyReport, check: CheckFacts): PartyContent {
  const { role, isOwner, certificate, fingerprint, fault, entries } = party;
  const whose = isOwner ? ", whose file this is" : "";
  const known: readonly Term[] = certificate === undefined
    ? [["Fingerprint, SHA-256", fingerprint === undefined ? "unknown" : digits(fingerprint)]]
    : certificateTerms({ ...party, certificate }, check);
  return {
    name: certificate === undefined ? "no certificate at hand" : nameIn(certificate),
    role: `${role}${whose}`,
    terms: [
      ["Entries signed", counted(entries, "entry", "entries")],
      ["Refused", fault && markup`<b class="fault">${fault.code}</b> ${fault.text}`],
      ...known,
    ],
  };
}

function introOf({ hasSessionKey }: CheckFacts): Part {
  const times = markup`An entry's time is by its author's clock.`;
  if (hasSessionKey) return markup`${times} The words were opened with the session's key.`;
  return markup`${times} The words are encrypted. Whoever has the session's key can open them with
<code>--session-key</code>; signatures are over the encrypted form, and were checked.`;
}

function* rowsOf(
  { entries, findings, parties, verdict }: TranscriptReport,
  { count, hasKey }: { readonly count: number; readonly hasKey: boolean },
): Generator<string, void> {
  const names = new Map(
    parties.map(({ role, certificate }) => [role, certificate && nameIn(certificate)]),
  );
  const warnings = warningsByLine(findings);
  for (const entry of entries.slice(0, count)) {
    yield* (warnings.get(entry.line) ?? []).map(between);
    yield String(classicRow(entry, { authorName: nameOf(entry, names), hasKey }));
  }
  if (verdict === "INCOMPLETE") yield between("No receipt: nobody has signed that this is all.");
}

function nameOf(
  { author }: EntryReport,
  names: ReadonlyMap<string, string | undefined>,
): string | undefined {
  return author && names.get(author);
}

function between(text: string): string {
  return String(betweenRow("loose", { text, columns: CLASSIC_COLUMNS }));
}

function warningsByLine(findings: readonly Finding[]): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const { severity, line, text } of findings) {
    if (severity === "error") continue;
    found.set(line, [...found.get(line) ?? [], text]);
  }
  return found;
}
