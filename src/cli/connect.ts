/**
 * `securechat connect`: the client, for a person or for a script.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { dial } from "../chat/client.ts";
import { dialRoom } from "../chat/room_dial.ts";
import { newClientSession } from "../protocol/v1/sessions.ts";
import { parseArgs } from "./args.ts";
import { DEFAULT_ROOM, roomValue } from "./room_option.ts";
import { CLIENT_FILES_HELP, clientParsers, setUpClient } from "./client_setup.ts";
import { JsonRun } from "./json_run.ts";
import { personRun } from "./person_run.ts";
import { ClientRun } from "./client_run.ts";
import { clientView } from "./client_view.ts";
import type { Io } from "./io.ts";
import { type ProtocolOption, refuseOtherProtocol } from "./other_protocol.ts";

const COMMAND = "securechat connect";

/** What `securechat connect --help` prints. */
export const help = `${COMMAND}: joins the chat of a server

Usage:
  securechat connect [HOST:PORT] [OPTIONS]
  securechat connect [HOST:PORT] --register|--login --email ADDRESS [OPTIONS]

At a terminal a menu asks whether to register or to log in; then type to talk:
/help, /who, /quit. Without one, or with --register or --login, it is made for
scripts: lines of standard input are sent as they are, received ones go to
standard output, and at the end of input, when nothing more comes in for 0.3
seconds, it leaves in order: both sides sign for all that was said.

Options:
  HOST:PORT            the server (default: SERVER_HOST:SERVER_PORT, or
                       127.0.0.1:5555)
  --server-name NAME   name expected in the server's certificate (default: HOST)
  --register           make an account
  --login              use an account
  --email ADDRESS      the account's address
  --username NAME      protocol 1: the new account's name (with --register);
                       with 2 it is the certificate's
  --password-file FILE the password is the first line of FILE
  --password-stdin     the password is the first line of standard input
${CLIENT_FILES_HELP}  --salts FILE         protocol 1: salts of accounts registered here (default:
                       SALT_FILE, or securechat-salts.json)
  --keep-session-key   protocol 1: write the session's key beside its transcript
                       (mode 0600); one of protocol 2 holds the words themselves
  --json               events as JSON Lines on standard output; with protocol 2
                       commands as JSON Lines on standard input, too
  --reconnect          protocol 2, with --json: make a lost connection again, as
                       the terminal does
  --room NAME          protocol 2: a room to join; may be repeated (default:
                       main). Without a terminal and --json only the first
  --history N          protocol 2: show the last N lines of the room, those that
                       tell who came and went among them, at most 1000 (default:
                       0)
  --explain            protocol 2: tell each message of the handshake and what
                       is derived
  --protocol 1|2       protocol to speak (default: 2); it is never changed by
                       itself
  -h, --help           this text

Exit status:
  0 left in order, 1 refused or connection lost, 2 wrong use, 4 password file
  missing, 130 stopped by Ctrl-C or SIGTERM before the chat was open

Examples:
  $ securechat connect
  $ securechat connect chat.example:5555 --server-name chat.example
  $ echo hello | securechat connect --login --email a@b.example \\
      --password-file alice.password
`;

/** The options. */
export const parser = object({
  server: optional(argument(string({ metavar: "HOST:PORT" }))),
  ...clientParsers,
  username: optional(option("--username", string({ metavar: "NAME" }))),
  salts: optional(option("--salts", string({ metavar: "FILE" }))),
  keepSessionKey: option("--keep-session-key"),
  json: option("--json"),
  protocol: withDefault(option("--protocol", choice(["1", "2"])), "2"),
  reconnect: option("--reconnect"),
  rooms: multiple(option("--room", roomValue)),
  history: withDefault(option("--history", integer({ min: 0, max: 1_000 })), 0),
  explain: option("--explain"),
});

/**
 * Runs the command until a side leaves.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the session ended in order.
 * @throws {ChatError} USAGE, CONFIG; FILE, FORMAT or BAD_CERT for its identity; and every code that
 * ends a session.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const flags = parsed.value;
  refuseOtherProtocol(COMMAND, { spoken: [flags.protocol], options: protocolOptions(flags) });
  const protocol = flags.protocol === "1" ? 1 : 2;
  await using resources = new AsyncDisposableStack();
  const setup = await setUpClient(io, flags, { command: COMMAND, protocol, resources });
  const { config, serverName, trust, own, classic, choose } = setup;
  const { serverHost: host, serverPort: port, transcriptDir, saltFile } = config;
  const isPerson = !flags.json && io.input.isTerminal && io.out.isTerminal;
  const { explain } = flags;
  const rooms = [...new Set(flags.rooms.length === 0 ? [DEFAULT_ROOM] : flags.rooms)]
    .map((room) => ({ room, want: flags.history }));
  // A terminal that gives no keys one by one has lines, as a pipe has.
  const hasScreen = isPerson && io.input.openKeys !== undefined;
  if (protocol === 2 && (hasScreen || flags.json)) {
    const common = { io, setup, rooms, explain };
    if (hasScreen) await personRun(common);
    else await new JsonRun({ ...common, returns: flags.reconnect }).run();
    return 0;
  }
  const place = { host, port, signal: io.stop, now: io.now, transcriptDir };
  const [first = { room: DEFAULT_ROOM, want: 0 }] = rooms;
  const client = new ClientRun({
    io,
    choose,
    view: clientView(io, { json: flags.json }),
    server: `${host}:${port}`,
    dial: (onEvent) =>
      classic === undefined
        ? dialRoom({ ...place, own, trust, serverName, onEvent, explain, ...first })
        : dial({
          ...{ ...place, identity: classic, onEvent, keepSessionKey: flags.keepSessionKey },
          session: newClientSession(classic, { trust, serverName }),
        }),
    isPerson,
    saltFile,
  });
  await client.run();
  return 0;
}

/** Which options of one protocol alone were given. */
function protocolOptions(flags: {
  readonly rooms: readonly string[];
  readonly reconnect: boolean;
  readonly history: number;
  readonly explain: boolean;
  readonly username: string | undefined;
  readonly salts: string | undefined;
  readonly keepSessionKey: boolean;
}): readonly ProtocolOption[] {
  const name = "with 2 the name is the certificate's";
  const words = "a transcript of 2 holds the words themselves";
  return [
    { flag: "--room", isGiven: flags.rooms.length > 0, protocol: "2" },
    { flag: "--reconnect", isGiven: flags.reconnect, protocol: "2" },
    { flag: "--history", isGiven: flags.history > 0, protocol: "2" },
    { flag: "--explain", isGiven: flags.explain, protocol: "2" },
    { flag: "--username", isGiven: flags.username !== undefined, protocol: "1", instead: name },
    { flag: "--salts", isGiven: flags.salts !== undefined, protocol: "1" },
    { flag: "--keep-session-key", isGiven: flags.keepSessionKey, protocol: "1", instead: words },
  ];
}
