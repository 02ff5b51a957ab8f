/**
 * What a report says of a room's file (protocol 2).
 *
 * @module
 */

import { firstError } from "../../transcript/v1/report.ts";
import type { RoomParty, RoomReport } from "../../transcript/v2/room_report.ts";
import type { CheckFacts, Content, PartyContent, Talk } from "./content.ts";
import { counted, digits, section, TABLE_END, tableStart, type Term } from "./elements.ts";
import { type Markup, markup, name, type Part } from "./markup.ts";
import { certificateTerms, faultText, PROVES, PROVES_NOT, span } from "./shared_text.ts";
import { checkedRoom, uncheckedRoom } from "./room_scope.ts";

/** What is known beside the report. */
export interface RoomContentOptions {
  readonly check: CheckFacts;
  readonly unmet: readonly string[];
  readonly talk: Pick<Talk, "rows" | "columns" | "leftOut" | "isEmpty">;
}

/**
 * Puts it into words.
 *
 * @param report What a verification told.
 * @param options How it was made, and the rows of the conversation.
 * @returns What the page says.
 */
export function roomContent(
  report: RoomReport,
  { check, unmet, talk }: RoomContentOptions,
): Content {
  const { verdict, missing, findings, parties, revocationLists: lists } = report;
  const bad = firstError(report)?.line;
  return {
    ...{ verdict, protocol: 2, kind: kindOf(report), missing, findings, unmet },
    lead: leadOf(report),
    facts: factsOf(report),
    parties: parties.map((party) => partyOf(party, { report, check })),
    talk: { ...talk, intro: introOf(verdict) },
    ...report.sessions.length === 0 ? {} : { extra: sessionsSection(report) },
    checked: checkedRoom(report, { check, unmet, ...bad === undefined ? {} : { bad } }),
    unchecked: uncheckedRoom(report, { check, ...bad === undefined ? {} : { bad } }),
    proves: [
      ...PROVES,
      markup`Its place. Each entry names what its author had seen, and the server's signatures cover all
entries in their order: none can be removed, added or moved between others without its being found.`,
    ],
    provesNot: PROVES_NOT,
    ...lists && { lists },
  };
}

function kindOf({ role, room }: RoomReport): string {
  if (role === undefined) return "A file that is no transcript that can be read";
  const whose = role === "server" ? "the server's own transcript" : "a member's transcript";
  return `Signed conversation in the room "${room ?? ""}": ${whose}`;
}

function leadOf({ verdict, role, size, from, headed, findings }: RoomReport): Part {
  switch (verdict) {
    case "VALID":
      return markup`Every entry was signed by whoever is named as its author, is unchanged and in its
place, and ${
        role === "server" ? "the server and every member" : "both sides"
      } have signed that this is all.`;
    case "VALID SO FAR": {
      const signed = headed > from ? `up to entry ${headed - 1}` : "no entry";
      return markup`All ${
        counted(size - from, "entry", "entries")
      } were signed by whoever is named as
author, and are unchanged and in order. But nobody can tell from this file that it is all: its end is not
signed by both sides. The server has signed over ${signed}.`;
    }
    case "INVALID":
      return markup`${faultText(findings)} Of that line and all behind it nothing is claimed.`;
  }
}

function factsOf(report: RoomReport): readonly Term[] {
  const { role, room, log, session, from, size, firstMs, lastMs, headed, root, end } = report;
  if (role === undefined || log === undefined) return [];
  const owner = report.parties.find(({ isOwner }) => isOwner);
  const isBad = report.verdict === "INVALID"; // then more was read than is claimed
  const count = `${counted(size - from, "entry", "entries")}${isBad ? " read" : ""}`;
  return [
    ["Room", markup`${name(room ?? "")}, protocol 2`],
    ["Whose file", owner && markup`${name(owner.name)} (${owner.role})`],
    ["Entries", size === from ? "none" : `${count}, number ${from} to ${size - 1}`],
    ["From, to", span(firstMs, lastMs)],
    [
      "Server signed over",
      isBad ? undefined : headed > from ? `entry ${from} to ${headed - 1}` : "no entry",
    ],
    ["Log", digits(log)],
    ["Session", role === "server" || session === undefined ? undefined : digits(session)],
    ["Hash over the log", isBad ? undefined : root && digits(root)],
    [
      "How it ended",
      end && markup`${end.code} <span class="soft">(the owner's word, unsigned)</span>`,
    ],
  ];
}

function partyOf(
  party: RoomParty,
  { report, check }: { readonly report: RoomReport; readonly check: CheckFacts },
): PartyContent {
  const { role, isOwner, name: who, entries, signedOver } = party;
  const isBad = report.verdict === "INVALID";
  const over = signedOver > report.from ? `all entries up to number ${signedOver - 1}` : "nothing";
  return {
    name: who,
    role: `${role}${isOwner ? ", whose file this is" : ""}`,
    terms: [
      [isBad ? "Entries, as read" : "Entries signed", String(entries)],
      [isBad ? "Signed over, as read" : "Has signed over", over],
      ...certificateTerms(party, check),
    ],
  };
}

function introOf(verdict: RoomReport["verdict"]): Part {
  const times = markup`An entry's time is that of the server's first signature over it.`;
  if (verdict !== "INVALID") return times;
  return markup`${times} Listed is what stands before the bad line and checks out; entries right before it
may be missing here.`;
}

function sessionsSection({ verdict, sessions, parties, session: own }: RoomReport): Markup {
  const names = new Map(parties.map(({ fingerprint, name }) => [fingerprint, name]));
  const owner = parties.find(({ isOwner }) => isOwner)?.name;
  const columns = ["Session", "Whose", "From", "To", "Ended"];
  const rows = sessions.map(({ session, fingerprint, from, size, isClosed }) => {
    const whose = names.get(fingerprint ?? "") ?? (session === own ? owner : undefined);
    const end = isClosed
      ? "signed by both sides"
      : markup`<span class="warn">not signed by both</span>`;
    return markup`
      <tr role="row">
        <th scope="row" role="rowheader" class="what">${digits(session)}</th>
        <td role="cell" class="who">${whose === undefined ? "unknown" : name(whose)}</td>
        <td role="cell">entry ${from}</td>
        <td role="cell">${size === undefined ? "open" : `entry ${size - 1}`}</td>
        <td role="cell">${end}</td>
      </tr>
    `;
  });
  return section(
    { id: "sessions", title: "Sessions" },
    markup`<p>A session is one stay of one person in the room. The file has ${
      counted(sessions.length, "session")
    }${verdict === "INVALID" ? ", as far as it was read" : ""}.</p>
${tableStart({ className: "sessions", caption: "Sessions" }, columns)}${rows}${TABLE_END}`,
  );
}
