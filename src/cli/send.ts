/**
 * `securechat send`: says something in a room from a script, and tells by its exit status what became of
 * it.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { parseArgs, usage, wholeNumber } from "./args.ts";
import { CLIENT_FILES_HELP, clientParsers, setUpClient, SIGN_IN_HELP } from "./client_setup.ts";
import type { Io } from "./io.ts";
import { roomsConnection } from "./rooms_connection.ts";
import { roomValue } from "./room_option.ts";
import { Sending } from "./sending.ts";

const COMMAND = "securechat send";

/** What `securechat send --help` prints. */
export const help = `${COMMAND}: says something in a room, from a script

Usage:
  securechat send ROOM TEXT [OPTIONS]
  securechat send ROOM [-] [OPTIONS] < FILE

Without TEXT each line of standard input is a message. The command ends when all
of them have come back in their places in the room's log: then they are on the
server's disk, and in the transcript of this side.

A lost connection is made again by itself, and no message is sent twice. One
that went out and was not seen in the log is sent again only when the server has
shown that its log does not hold it.

Options:
  --server HOST:PORT   the server (default: SERVER_HOST:SERVER_PORT, or
                       127.0.0.1:5555)
  --whole              all of standard input is one message, of at most 32 KiB
  --wait SECONDS       give up when a lost server is not back after so long
                       (default: 30)
  --json               for each message that is in the log, one object: id, the
                       number of the message from 1, room, log, index
${SIGN_IN_HELP}${CLIENT_FILES_HELP}  -h, --help           this text

Exit status:
  0 every message is in the log, once, and on the server's disk
  1 refused, and nothing more will come of it
  2 wrong use or setting
  3 at least one message may be in the log or not: the lines that say which are
    on standard error; look before sending it again
  75 at least one message is not in the log, and can be sent again; the first of
    them is named on standard error
  130 stopped by Ctrl-C or SIGTERM before all was said

Examples:
  $ securechat send pumps "pump 2 is off"
  $ journalctl -fu pumps | securechat send pumps
  $ securechat send pumps --whole < report.txt && rm report.txt
`;

/** The options. */
export const parser = object({
  room: argument(roomValue),
  text: optional(argument(string({ metavar: "TEXT" }))),
  server: optional(option("--server", string({ metavar: "HOST:PORT" }))),
  whole: option("--whole"),
  wait: withDefault(option("--wait", wholeNumber({ metavar: "SECONDS", min: 0, max: 86_400 })), 30),
  json: option("--json"),
  ...clientParsers,
});

/**
 * Runs the command until all that was to be said is in the log, or cannot be.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns See the help text.
 * @throws {ChatError} USAGE, CONFIG; FILE, FORMAT or BAD_CERT for its identity.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const flags = parsed.value;
  const { room, whole } = flags;
  const text = flags.text === "-" ? undefined : flags.text;
  if (text !== undefined && whole) {
    throw usage(COMMAND, { state: "--whole is for standard input, and TEXT was given" });
  }
  await using resources = new AsyncDisposableStack();
  const setup = await setUpClient(io, flags, { command: COMMAND, protocol: 2, resources });
  const source = text !== undefined ? [text] : whole ? wholeInput(io) : io.input.lines();
  const sending = new Sending({ io, room, source, waitMs: flags.wait * 1_000, json: flags.json });
  const client = roomsConnection(io, {
    setup,
    rooms: [{ room, want: 0 }],
    returns: true,
    onEvent: (event) => sending.react(event),
  });
  return await sending.run(client);
}

/** More than fits into a statement of 32 KiB, whatever its characters. */
const WHOLE_MAX_CHARS = 65_536;

/** All of standard input, without the end of its last line. */
async function* wholeInput(io: Io): AsyncGenerator<string> {
  const lines: string[] = [];
  let chars = 0;
  for await (const line of io.input.lines()) {
    lines.push(line);
    chars += line.length + 1;
    if (chars > WHOLE_MAX_CHARS) break; // refused as too long, whatever else there is
  }
  yield lines.join("\n");
}
