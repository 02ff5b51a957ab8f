/**
 * `securechat tail`: prints what is said in a room, for a person or a pipeline.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import type { RoomsClient } from "../chat/rooms_client.ts";
import type { RoomsEvent, ToldEvent } from "../chat/rooms_event.ts";
import type { ChatError } from "../errors.ts";
import { parseArgs, wholeNumber } from "./args.ts";
import { CLIENT_FILES_HELP, clientParsers, setUpClient, SIGN_IN_HELP } from "./client_setup.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { errorLine, progress, warn } from "./report.ts";
import { roomsConnection } from "./rooms_connection.ts";
import { roomsEventJson } from "./rooms_event_json.ts";
import { roomValue } from "./room_option.ts";
import { PersonNames } from "./screen/person_names.ts";

const COMMAND = "securechat tail";

/** What `securechat tail --help` prints. */
export const help = `${COMMAND}: prints what is said in a room

Usage:
  securechat tail ROOM [OPTIONS]

Each line is verified and in the transcript of this side before it is printed,
as "[name] words", control characters as visible marks. A lost connection is
made again by itself; no line is printed twice, and one that was missed is told
of on standard error. It ends by Ctrl-C, SIGTERM, or when nobody reads on.

Options:
  --server HOST:PORT   the server (default: SERVER_HOST:SERVER_PORT, or
                       127.0.0.1:5555)
  -n, --lines N        begin with what was said in the last N entries of the
                       room, at most 1000 (default: 0)
  --count N            end after N lines
  --no-follow          end with what is there: with -n
  --json               one object for each event, those that tell who came and
                       went among them: see connect --json
${SIGN_IN_HELP}${CLIENT_FILES_HELP}  -h, --help           this text

Exit status:
  0 stopped, or N lines printed; 1 refused, or the server is not there;
  2 wrong use or setting; 75 the server asks to try again later

Examples:
  $ securechat tail pumps -n 100 --no-follow
  $ securechat tail pumps --json | jq -r 'select(.event=="message").text'
  $ securechat tail pumps --count 1 && echo "somebody spoke"
`;

/** The options. */
export const parser = object({
  room: argument(roomValue),
  server: optional(option("--server", string({ metavar: "HOST:PORT" }))),
  lines: withDefault(option("-n", "--lines", wholeNumber({ metavar: "N", min: 0, max: 1_000 })), 0),
  count: optional(option("--count", wholeNumber({ metavar: "N", min: 1, max: 999_999_999 }))),
  noFollow: option("--no-follow"),
  json: option("--json"),
  ...clientParsers,
});

/**
 * Runs the command until it is stopped, or has printed what was asked for.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0.
 * @throws {ChatError} USAGE, CONFIG; FILE, FORMAT or BAD_CERT for its identity; whatever ends a session
 * for good.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const flags = parsed.value;
  await using resources = new AsyncDisposableStack();
  const setup = await setUpClient(io, flags, { command: COMMAND, protocol: 2, resources });
  const view = new TailView(io, flags);
  const client = roomsConnection(io, {
    setup,
    rooms: [{ room: flags.room, want: flags.lines }],
    returns: !flags.noFollow,
    onEvent: (event) => view.show(event, client),
  });
  await client.run();
  if (view.error !== undefined) throw view.error;
  return 0;
}

interface TailOptions {
  readonly json: boolean;
  readonly count: number | undefined;
  readonly noFollow: boolean;
}

/** Prints what comes. */
class TailView {
  readonly #io: Io;
  readonly #options: TailOptions;
  readonly #names = new PersonNames();
  #printed = 0;
  /** The first entry that is not asked for any more: where the log stood at joining. */
  #end = Infinity;
  #isDone = false;
  /** The log, and the next entry of it that was not told. */
  #place: { readonly log: string; readonly next: number } | undefined;
  /** Why the session ended. */
  error: ChatError | undefined;

  constructor(io: Io, options: TailOptions) {
    this.#io = io;
    this.#options = options;
  }

  show(event: ToldEvent, client: RoomsClient): void {
    this.#tell(event);
    if (event.kind === "entered" && this.#options.noFollow) this.#end = event.size;
    const next = this.#place?.next ?? 0;
    if (next >= this.#end || this.#printed === this.#options.count) this.#isDone = true;
    if (this.#isDone) void client.leave();
  }

  #tell(event: ToldEvent): void {
    switch (event.kind) {
      case "entered":
        this.#missed(event);
        break;
      case "said":
      case "notice":
      case "presence": {
        if (this.#isDone || event.index >= this.#end) return;
        const log = this.#place?.log ?? "";
        this.#place = { log, next: event.index + 1 };
        if (event.kind !== "presence") this.#printed++;
        if (!this.#options.json) this.#print(event);
        break;
      }
      case "lost":
        warn(this.#io, `${errorLine(event.error)}; trying again in ${event.retryMs / 1_000} s`);
        break;
      case "refused":
      case "disk":
        if (event.error !== undefined) warn(this.#io, errorLine(event.error));
        break;
      case "ended":
        this.error = event.error;
        break;
    }
    if (this.#options.json) this.#io.out.write(`${jsonLine(roomsEventJson(event))}\n`);
  }

  /** A server that was away for long, or has a new log, may have had lines that nobody here saw. */
  #missed({ log, from, isBack }: Extract<RoomsEvent, { kind: "entered" }>): void {
    const { next } = this.#place ?? { next: from };
    if (this.#place !== undefined && !isBack) {
      progress(
        this.#io,
        "the server has begun a new log: what was said last in the old one may be missing",
      );
    } else if (from > next) {
      progress(this.#io, `entries ${next} to ${from - 1} were missed while away`);
    }
    this.#place = { log, next: isBack ? Math.max(from, next) : from };
  }

  #print(event: Extract<RoomsEvent, { kind: "said" | "notice" | "presence" }>): void {
    if (event.kind === "presence") return;
    const who = event.kind === "said" ? this.#names.of(event.author) : "server";
    this.#io.out.write(`[${who}] ${printable(event.text)}\n`);
  }
}
