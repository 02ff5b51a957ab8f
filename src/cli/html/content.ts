/**
 * What a report says of a file, whatever its protocol, before it is set.
 *
 * @module
 */

import type { Certificate } from "../../pki/certificate.ts";
import type { RevocationList, RevocationLists } from "../../pki/revocation_lists.ts";
import type { Finding, Verdict } from "../../transcript/v1/report.ts";
import type { RoomVerdict } from "../../transcript/v2/room_report.ts";
import type { Expectations } from "../expectations.ts";
import type { Term } from "./elements.ts";
import type { Markup, Part } from "./markup.ts";

/** So many of a kind are listed where no more are asked for. */
export const LISTED_MAX = 5000;

/** How the check was made. */
export interface CheckFacts {
  /** As given. */
  readonly file: string;
  /** A command that repeats it. */
  readonly command: string;
  /** Options that make a verdict worth less, as they were given. */
  readonly insecure: readonly string[];
  /** When, milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly caPath: string;
  /** At least one. */
  readonly anchors: readonly Certificate[];
  readonly revocations?: RevocationLists;
  /** Protocol 1: the moment at which all certificates were judged. */
  readonly judgedMs?: number;
  readonly expected: Expectations;
  readonly hasSessionKey: boolean;
  /** Whether everything is listed, however much it is. */
  readonly isLong: boolean;
}

/** The file's bytes. */
export interface FileFacts {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Somebody of the file. */
export interface PartyContent {
  readonly name: string;
  readonly role: string;
  readonly terms: readonly Term[];
}

/** The conversation, row by row. */
export interface Talk {
  readonly intro: Part;
  readonly columns: readonly string[];
  /** HTML of rows, in chunks of any size. */
  readonly rows: Iterable<string> | AsyncIterable<string>;
  /** How many entries were verified and are not listed. */
  readonly leftOut: number;
  /** What is said where there is no entry at all. */
  readonly isEmpty: boolean;
}

/** All that is said. */
export interface Content {
  readonly verdict: Verdict | RoomVerdict;
  readonly protocol: 1 | 2;
  /** What kind of file it is, as "transcript of a room". */
  readonly kind: string;
  /** One sentence for everybody, and more where it helps. */
  readonly lead: Part;
  readonly more?: Part;
  readonly unmet: readonly string[];
  readonly facts: readonly Term[];
  readonly missing: readonly string[];
  readonly findings: readonly Finding[];
  readonly parties: readonly PartyContent[];
  readonly talk: Talk;
  /** Further sections, as that of a room's sessions. */
  readonly extra?: Markup;
  readonly checked: readonly Part[];
  readonly unchecked: readonly Part[];
  readonly proves: readonly Part[];
  readonly provesNot: readonly Part[];
  readonly lists?: readonly RevocationList[];
}
