/**
 * What an operator's act gave, as lines for people.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { OperatorAnswer } from "../chat/operator/answer.ts";
import { untilText } from "../chat/operator/duration.ts";
import { personText } from "../chat/operator/person.ts";

/**
 * An answer as lines.
 *
 * @param answer The answer.
 * @param nowMs Now, milliseconds since the Unix epoch.
 * @returns Lines, printable, without their ends.
 */
export function answerLines(answer: OperatorAnswer, nowMs: number): readonly string[] {
  switch (answer.act) {
    case "who":
      if (answer.members.length === 0) return ["nobody is here"];
      return answer.members.map((member) => whoLine(member, nowMs));
    case "kick":
      return [`removed ${personText(answer)}: ${sessions(answer.sessions)} ended`];
    case "ban":
      return [
        `banned ${personText(answer)} ${until(answer.until)}: ${sessions(answer.sessions)} ended`,
      ];
    case "unban":
      return [`${personText(answer)} may come in again`];
    case "bans":
      return bansLines(answer);
    case "mute":
      return [`muted ${personText(answer)} ${until(answer.until)}, ${where(answer.room)}`];
    case "unmute":
      return [`${personText(answer)} is no longer muted, ${where(answer.room)}`];
    case "rooms":
      if (answer.rooms.length === 0) return ["there are no rooms: protocol 2 is off"];
      return answer.rooms.map(({ room, people, entries, log, transcript }) =>
        `${printable(room)}  ${people} people  ${entries} entries  log ${printable(log)}  ` +
        printable(transcript)
      );
    case "motd":
      return [motdLine(answer)];
    case "stats":
      return statsLines(answer);
    case "say":
      return [`said to ${answer.receivers}, ${where(answer.room)}`];
  }
}

type Answered<A extends OperatorAnswer["act"]> = Extract<OperatorAnswer, { readonly act: A }>;

function whoLine(
  { name, fingerprint, email, protocol, address, since, rooms, isOpen }: Answered<
    "who"
  >["members"][number],
  nowMs: number,
): string {
  const minutes = Math.max(0, Math.floor((nowMs - Date.parse(since)) / 60_000));
  const inRooms = rooms.length === 0 ? "" : `  in ${rooms.map(printable).join(", ")}`;
  const certificate = printable(fingerprint.slice(0, 16));
  return `${printable(name)}  ${printable(email || "-")}  ${printable(address)}  ` +
    `certificate ${certificate}  protocol ${protocol}${inRooms}  ` +
    `${isOpen ? "" : "not in the chat yet  "}${minutes} min`;
}

function bansLines({ bans, mutes }: Answered<"bans">): readonly string[] {
  if (bans.length + mutes.length === 0) return ["nobody is banned or muted"];
  return [
    ...bans.map((ban) => {
      const reason = ban.reason === "" ? "" : `: ${printable(ban.reason)}`;
      return `banned  ${personText(ban)}  ${until(ban.until)}${reason}`;
    }),
    ...mutes.map((mute) =>
      `muted   ${personText(mute)}  ${until(mute.until)}, ${where(mute.room)}`
    ),
  ];
}

function motdLine({ text, isChanged }: Answered<"motd">): string {
  if (text === "") return isChanged ? "no message of the day any more" : "no message of the day";
  return `${isChanged ? "message of the day is now" : "message of the day"}: ${printable(text)}`;
}

function statsLines(stats: Answered<"stats">): readonly string[] {
  const refusals = Object.entries(stats.refusals)
    .map(([code, times]) => `${printable(code)} ${times}`).join(", ");
  return [
    `uptime      ${stats.uptimeSeconds} s`,
    `sessions    ${stats.sessions}, chat open ${stats.open}; connections ${stats.connections}`,
    `statements  ${stats.statements}`,
    `deliveries  ${stats.deliveries}`,
    `memory      ${Math.round(stats.memoryBytes / 1_048_576)} MiB`,
    `refusals    ${refusals || "none"}`,
  ];
}

function until(time: string | null): string {
  return untilText(time === null ? null : Date.parse(time));
}

function where(room: string | null): string {
  return room === null ? "everywhere" : `room ${printable(room)}`;
}

function sessions(count: number): string {
  return count === 1 ? "1 session" : `${count} sessions`;
}
