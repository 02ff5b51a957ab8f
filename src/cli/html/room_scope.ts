/**
 * What a verification of a room's file has looked at, and what it has not.
 *
 * @module
 */

import type { RoomReport } from "../../transcript/v2/room_report.ts";
import type { CheckFacts } from "./content.ts";
import { moment } from "./elements.ts";
import { markup, type Part } from "./markup.ts";
import { caNames, metExpectations, uncheckedRevocation } from "./shared_text.ts";

/** How the check was made, and the bad line. */
export interface RoomScopeOptions {
  readonly check: CheckFacts;
  readonly bad?: number;
}

/**
 * What was checked.
 *
 * @param report What a verification told.
 * @param options How it was made, and what was expected and does not hold.
 * @returns Sentences.
 */
export function checkedRoom(
  { verdict }: RoomReport,
  { check, bad, unmet }: RoomScopeOptions & { readonly unmet: readonly string[] },
): readonly Part[] {
  const { revocations } = check;
  return [
    ...bad === undefined ? [] : [
      markup`<b>The check stopped at line ${bad}.</b> What follows is true of the lines before it.`,
    ],
    markup`<b>Certificates.</b> Each was signed by the certificate authority (${
      caNames(check)
    }), is for its role, and was valid${
      revocations === undefined ? undefined : " and not revoked"
    } when it was used.`,
    markup`<b>Signatures.</b> Each entry fits the certificate of its author.`,
    markup`<b>Order.</b> The server, and each member from time to time, sign a hash over all entries up to
there (a head). All of these were computed anew and fit: an entry that was changed, removed, added or moved
would have been found.`,
    markup`<b>Times.</b> They do not run backwards, and no entry is over 10 minutes away from the server's
first signature over it.`,
    ...verdict === "VALID"
      ? [markup`<b>The end.</b> Both sides' last signatures are over everything that is here.`]
      : [],
    ...metExpectations(check, unmet),
  ];
}

/**
 * What was not.
 *
 * @param report What a verification told.
 * @param options How it was made, and the bad line.
 * @returns Sentences.
 */
export function uncheckedRoom(
  { from, end, startedMs, role }: RoomReport,
  { check, bad }: RoomScopeOptions,
): readonly Part[] {
  return [
    ...bad === undefined ? [] : [markup`<b>Everything from line ${bad} on.</b>`],
    ...uncheckedRevocation(check),
    ...from === 0 ? [] : [
      markup`<b>What was said before.</b> Entries 0 to ${
        from - 1
      } of the room are not in this file.`,
    ],
    markup`<b>Lines that nobody signs.</b> The first line's start${
      startedMs === undefined ? undefined : markup` (${moment(startedMs)})`
    } and the last line, how the session ended${
      end === undefined ? undefined : markup` (${end.code})`
    }, are the word of whoever kept the file. So are its name and its dates on the disk.`,
    ...role === "server" ? [] : [
      markup`<b>Other copies.</b> Every member and the server keep a file of their own.
<code>securechat verify</code> with several of them compares them.`,
    ],
  ];
}
