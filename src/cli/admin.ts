/**
 * `securechat admin`: the operator's commands for a server that runs without a terminal.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { askServer } from "../chat/operator/admin_call.ts";
import { ChatError } from "../errors.ts";
import { parseArgs, usage, wholeNumber } from "./args.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { nearest } from "./nearest.ts";
import { answerLines } from "./operator_text.ts";
import { ACTS, isAct, requestOfArgs, SYNTAX } from "./operator_words.ts";
import { roomValue } from "./room_option.ts";

const COMMAND = "securechat admin";

/** What `securechat admin --help` prints. */
export const help = `${COMMAND}: gives a running server its operator's commands

Usage:
  securechat admin [OPTIONS] COMMAND [ARGUMENTS]

It asks over a local socket (mode 0600) that serve makes beside the database:
whoever may open it is the operator. Windows has no such socket.

Commands:
  who                                  who is here: rooms, address, certificate
  kick NAME [REASON]                   ends somebody's sessions
  ban NAME DURATION [REASON]           the same, and lets them in no more for
                                       30m, 12h, 7d or forever
  unban NAME                           lets them in again
  bans                                 who is banned or muted, and until when
  mute NAME DURATION [ROOM]            takes no words of theirs
  unmute NAME [ROOM]                   takes their words again
  rooms                                people, entries, log, transcript of each
  motd [TEXT|off]                      message of the day for each who joins
  stats                                uptime, sessions, memory, refusals
  say TEXT                             says something in all rooms, or in one
                                       with --room

NAME is the name that who shows, or at least 8 hex digits of the certificate's
fingerprint. A name that several certificates have is refused. Write -- before
words that begin with a dash.

Options:
  --admin-socket PATH  the server's socket (default: ADMIN_SOCKET, or admin.sock
                       beside the database)
  --room NAME          say: this room alone
  --wait SECONDS       wait for a server that is about to start, for so long at
                       most: when it answers, it takes connections
  --json               print one JSON object instead of lines
  -h, --help           this text

Exit status:
  0 done, 1 refused (no server answers, nobody of that name), 2 wrong use

Examples:
  $ securechat admin who
  $ securechat admin ban alice 12h "flooding the room"
  $ securechat admin kick 3fa24b0c9d1e
  $ securechat admin stats --json
  $ securechat admin --wait 30 rooms && echo ready
`;

/** The options. */
export const parser = object({
  adminSocket: optional(option("--admin-socket", string({ metavar: "PATH" }))),
  room: optional(option("--room", roomValue)),
  wait: withDefault(option("--wait", wholeNumber({ metavar: "SECONDS", min: 0, max: 3_600 })), 0),
  json: option("--json"),
  words: multiple(argument(string({ metavar: "COMMAND" }))),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the server has done it.
 * @throws {ChatError} USAGE; CONFIG; CONNECTION if no server answers; what the server refuses with.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { adminSocket = "", room, json, wait, words: [act, ...words] } = parsed.value;
  if (act === undefined) throw usage(COMMAND, { state: "it needs a command" });
  if (!isAct(act)) throw unknownAct(act);
  if (room !== undefined && act !== "say") throw usage(COMMAND, { state: "--room is for say" });
  const request = requestOfWords(act, words, room);
  const { adminSocket: path } = await readConfig(io, { ADMIN_SOCKET: adminSocket });
  if (path === undefined) throw isOff();
  const answer = await askServer(path, request, { waitMs: wait * 1_000, stop: io.stop });
  if (json) io.out.write(`${jsonLine(answer)}\n`);
  else for (const line of answerLines(answer, io.now())) io.out.write(`${line}\n`);
  return 0;
}

function requestOfWords(
  act: Parameters<typeof requestOfArgs>[0],
  words: readonly string[],
  room: string | undefined,
): ReturnType<typeof requestOfArgs> {
  try {
    return requestOfArgs(act, words, room);
  } catch {
    throw usage(COMMAND, { state: `expected ${`${act} ${SYNTAX[act].use}`.trim()}` });
  }
}

function unknownAct(word: string): ChatError {
  const meant = nearest(word, ACTS);
  return usage(COMMAND, {
    state: `there is no command "${printable(word)}"`,
    ...meant === undefined ? {} : { suggestion: `did you mean: ${COMMAND} ${meant}` },
  });
}

function isOff(): ChatError {
  return new ChatError("CONFIG", "cannot use the admin socket: ADMIN_SOCKET is off", {
    hint: "name it: --admin-socket PATH",
  });
}
