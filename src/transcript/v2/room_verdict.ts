/**
 * What keeps a good file from being VALID, and what to know about revocation lists (PROTOCOL-2 §8).
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import type { RevocationLists } from "../../pki/revocation_lists.ts";
import { type Finding, warningAt } from "../v1/report.ts";
import { isoTime } from "../v1/times.ts";
import type { EntryTimes } from "./entry_times.ts";
import type { FilePeople } from "./file_people.ts";
import type { RoomAudit } from "./room_audit.ts";

/** More are counted, not told. */
const TOLD_MAX = 20;

/** A file at its end. */
export interface AuditedFile {
  readonly audit: RoomAudit;
  readonly people: FilePeople;
  /** The last line, if it was cut off. */
  readonly torn?: number;
  readonly hasEnd: boolean;
}

/**
 * Why the end of a file is not sure.
 *
 * @param file The file; all of its lines are good.
 * @returns Reasons, printable; none if it is VALID.
 */
export function missingOf({ audit, people, torn, hasEnd }: AuditedFile): readonly string[] {
  const { sessions } = audit;
  const isServers = people.owner === people.server;
  const isJoined = isServers || sessions.count > 0;
  const final = isServers
    ? "no final head of the server is over the log"
    : "no final head of the server";
  return [
    ...torn === undefined ? [] : [`line ${torn} is cut off`],
    ...audit.serverFinal === undefined ? [final] : [],
    ...isJoined ? [] : ["no head says where the session joined"],
    ...openSessions(audit, people),
    ...audit.hasHistory ? [] : ["entries are missing that were there when the session joined"],
    ...isServers ? unevenVisits(audit, people) : [],
    ...hasEnd ? [] : ["the file has no end line"],
  ];
}

function openSessions({ sessions }: RoomAudit, people: FilePeople): readonly string[] {
  const open = sessions.list().filter(({ isClosed }) => !isClosed);
  const texts = open.slice(0, TOLD_MAX).map(({ session, fingerprint, size }) => {
    const whose = fingerprint === undefined ? "somebody" : nameOf(people, fingerprint);
    const who = size === undefined ? "the server" : "its client";
    return `session ${session} of ${whose} has no final head of ${who}`;
  });
  const more = open.length - texts.length;
  return more === 0 ? texts : [...texts, `${more} more sessions have no final heads`];
}

/** Where all sessions are closed, lines of one may be missing as a whole: then the numbers differ. */
function unevenVisits({ sessions }: RoomAudit, people: FilePeople): readonly string[] {
  if (sessions.list().some(({ isClosed }) => !isClosed)) return [];
  return sessions.uneven().slice(0, TOLD_MAX).map((fingerprint) =>
    `the comings, goings and sessions of ${nameOf(people, fingerprint)} do not match`
  );
}

function nameOf(people: FilePeople, fingerprint: string): string {
  return printable(people.nameOf(fingerprint) ?? fingerprint.slice(0, 16));
}

/**
 * What lists cannot say about a file.
 *
 * @param revocations The lists, where revocation is judged.
 * @param file Whom it shows, and up to when; nothing if it has no first line.
 * @returns Warnings: a list that is older than the file, or none that speaks about somebody.
 */
export function revocationWarnings(
  revocations: RevocationLists | undefined,
  file: { readonly people: FilePeople; readonly times: EntryTimes } | undefined,
): readonly Finding[] {
  if (revocations === undefined || file === undefined) return [];
  const { people, times: { lastMs } } = file;
  const texts = people.parties().flatMap(({ certificate, name }) => {
    const list = revocations.newestFor(certificate);
    if (list === undefined) return [`no revocation list speaks about "${name}"`];
    if (list.thisUpdateMs >= lastMs) return [];
    return [
      `the revocation list is older than the session: it is of ${isoTime(list.thisUpdateMs)}, ` +
      `the last time here is ${isoTime(lastMs)}; what was revoked since, it does not say`,
    ];
  });
  return [...new Set(texts)].map((text) => warningAt(1, text));
}
