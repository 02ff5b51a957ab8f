/**
 * What `securechat show --who-saw` prints: who could see one entry.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { Stay, Viewers } from "../transcript/v2/presence.ts";
import type { RoomEntry } from "../transcript/v2/room_report.ts";
import { isoTime } from "../transcript/v1/times.ts";

const NAME_COLUMNS = 16;

/**
 * The answer, a line for each person.
 *
 * @param entry The entry.
 * @param viewers Who could see it.
 * @returns Lines with their ends.
 */
export function viewersText(
  entry: RoomEntry,
  { isWhole, present, later, untold }: Viewers,
): string {
  const { index, author, placedMs } = entry;
  const place = `entry ${index}, by "${printable(author)}", placed ${isoTime(placedMs)}`;
  return [
    `${place}: ${present.length} in the room, and the server`,
    ...present.map((stay) => personLine(stay, `${cameText(stay)}${wentText(stay)}`)),
    ...later.length === 0 ? [] : ["came later and was sent it"],
    ...later.map((stay) => personLine(stay, `${cameText(stay)}, sent from entry ${stay.sentFrom}`)),
    ...untold.length === 0 ? [] : ["came later; whether they were sent it is not in this file"],
    ...untold.map((stay) => personLine(stay, cameText(stay))),
    ...isWhole ? [] : [
      "This file does not begin with the log: who came before it, and neither spoke nor left in it, " +
      "is not told.",
    ],
    "Each of these lines rests on a line that the server signed; it is the server's word.",
    "",
  ].join("\n");
}

function personLine({ name, fingerprint }: Stay, when: string): string {
  return `  ${printable(name ?? "?").padEnd(NAME_COLUMNS)}  ${fingerprint}  ${when}`;
}

function cameText({ from }: Stay): string {
  return from === undefined ? "there before this file" : `came with entry ${from}`;
}

function wentText({ until, isRemoved }: Stay): string {
  if (until === undefined) return "";
  return `, ${isRemoved ? "removed" : "left"} with entry ${until}`;
}
