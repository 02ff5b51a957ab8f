/**
 * What an operator types, as a request: the same words behind `/` at the console and behind
 * `securechat admin`.
 *
 * @module
 */

import { type Act, ACTS, type OperatorRequest, readRequest } from "../chat/operator/request.ts";

/** How an act is typed. */
export interface OperatorSyntax {
  /** Behind its name: "NAME DURATION [ROOM]". */
  readonly use: string;
  readonly does: string;
  /** Members that are a word each; a name with spaces is quoted. */
  readonly words: readonly string[];
  /** The member that takes all the rest. */
  readonly rest?: string;
}

/** Of every act. */
export const SYNTAX: Readonly<Record<Act, OperatorSyntax>> = {
  who: { use: "", does: "who is here: rooms, address, certificate, since when", words: [] },
  kick: {
    use: "NAME|FINGERPRINT [REASON]",
    does: "ends somebody's sessions; they may come again",
    ...{ words: ["target"], rest: "reason" },
  },
  ban: {
    use: "NAME|FINGERPRINT DURATION [REASON]",
    does: "the same, and lets them in no more for 30m, 12h, 7d, forever",
    ...{ words: ["target", "duration"], rest: "reason" },
  },
  unban: { use: "NAME|FINGERPRINT", does: "lets them in again", words: ["target"] },
  bans: { use: "", does: "lists who is banned or muted, and until when", words: [] },
  mute: {
    use: "NAME|FINGERPRINT DURATION [ROOM]",
    does: "takes no words of theirs, in one room or all",
    ...{ words: ["target", "duration"], rest: "room" },
  },
  unmute: {
    use: "NAME|FINGERPRINT [ROOM]",
    does: "takes their words again, those that wait first",
    ...{ words: ["target"], rest: "room" },
  },
  rooms: { use: "", does: "lists the rooms: people, entries, log, transcript", words: [] },
  motd: {
    use: "[TEXT|off]",
    does: "message of the day, for each who joins: shows or sets it",
    ...{ words: [], rest: "text" },
  },
  stats: { use: "", does: "uptime, sessions, statements, memory, refusals", words: [] },
  say: {
    use: "[ROOM] TEXT",
    does: "says something in one room, or to all",
    ...{ words: [], rest: "text" },
  },
};

/** The names of the acts. */
export { ACTS };

/**
 * Whether a word names an act.
 *
 * @param word What was typed.
 * @returns Whether it does.
 */
export function isAct(word: string): word is Act {
  return ACTS.some((act) => act === word);
}

/**
 * Reads what stands behind the name of an act on one line.
 *
 * @param act The act.
 * @param line The rest of the line, as typed.
 * @param rooms Names of rooms: `say` goes to one alone if it begins with its name.
 * @returns The request.
 * @throws {ChatError} USAGE if it is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(requestOfLine("ban", '"Alice B." 12h be kind'), {
 *   ...{ act: "ban", target: "Alice B.", duration: "12h", reason: "be kind" },
 * });
 * assert.deepEqual(requestOfLine("say", "main hello", ["main"]), {
 *   ...{ act: "say", room: "main", text: "hello" },
 * });
 * ```
 */
export function requestOfLine(
  act: Act,
  line: string,
  rooms: readonly string[] = [],
): OperatorRequest {
  if (act === "say") return readRequest({ act, ...splitRoom(line.trim(), rooms) });
  const words: string[] = [];
  let rest = line.trim();
  while (words.length < SYNTAX[act].words.length && rest !== "") {
    const { word, behind } = firstWord(rest);
    words.push(word);
    rest = behind;
  }
  return requestOf(act, words, rest);
}

/**
 * Reads the arguments behind the name of an act.
 *
 * @param act The act.
 * @param args The arguments: words, then what takes the rest.
 * @param room The room that `say` goes to alone.
 * @returns The request.
 * @throws {ChatError} USAGE if it is none.
 */
export function requestOfArgs(act: Act, args: readonly string[], room?: string): OperatorRequest {
  const { length } = SYNTAX[act].words;
  const request = requestOf(act, args.slice(0, length), args.slice(length).join(" "));
  return room === undefined ? request : readRequest({ ...request, room });
}

function requestOf(act: Act, words: readonly string[], rest: string): OperatorRequest {
  const { words: names, rest: restName } = SYNTAX[act];
  const members = Object.fromEntries(words.map((word, index) => [names[index] ?? "", word]));
  if (rest === "") return readRequest({ act, ...members });
  const text = act === "motd" && rest === "off" ? "" : rest;
  return readRequest({ act, ...members, [restName ?? "more"]: text });
}

/** A room's name may have spaces: the longest that is there counts, and quotes are allowed. */
function splitRoom(
  line: string,
  rooms: readonly string[],
): { readonly room?: string; readonly text: string } {
  const found =
    rooms.flatMap((room) => [{ room, start: `"${room}" ` }, { room, start: `${room} ` }])
      .filter(({ start }) => line.startsWith(start))
      .sort((a, b) => b.start.length - a.start.length)[0];
  if (found === undefined) return { text: line };
  return { room: found.room, text: line.slice(found.start.length).trim() };
}

function firstWord(line: string): { readonly word: string; readonly behind: string } {
  const [whole = "", quoted, plain = ""] = /^(?:"([^"]+)"(?=\s|$)|(\S+))\s*/.exec(line) ?? [];
  return { word: quoted ?? plain, behind: line.slice(whole.length) };
}
