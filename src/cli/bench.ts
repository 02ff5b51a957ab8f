/**
 * `securechat bench`: loads a server with sessions that check everything, and measures it.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { LoadCrowd } from "../chat/load_crowd.ts";
import type { LoadPlan } from "../chat/load_plan.ts";
import { ChatError } from "../errors.ts";
import { parseArgs, usage, wholeNumber } from "./args.ts";
import { issueBenchIdentities } from "./bench_certificates.ts";
import { benchJson, benchText, benchTroubles, isClean } from "./bench_report.ts";
import { ledgerPath } from "./books.ts";
import { loadCaKey } from "./ca_key.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { loadCa } from "./load_identity.ts";
import { passphraseParsers } from "./passphrase.ts";
import { StatusLine } from "./status_line.ts";
import { warn } from "./report.ts";
import { DEFAULT_ROOM } from "./room_option.ts";
import { parseServerAddress } from "./server_address.ts";
import { TrustSource } from "./trust_source.ts";

const COMMAND = "securechat bench";

/** What `securechat bench --help` prints. */
export const help = `${COMMAND}: loads a server with sessions and measures it

Usage:
  securechat bench [HOST:PORT] --sessions N [OPTIONS]

Sessions of protocol 2, each a real client: its own handshake, every signature
checked, its tree kept, heads and pings when they are due. They are spread over
rooms bench-1 to bench-R, or all in "main" where there is no bench-1 and R is 1.
When all are in, members in turn say something, and each who gets it notes how
long it took, from when it was due to when it was checked; what has not come 5 s
after the end is lost. The server must sign in by certificate:

  securechat serve --sign-in certificate --room bench-1 --room bench-2

Each session has a certificate of its own, bench-1 to bench-N, which the CA of
CA_CERT and CA_KEY makes here: Ed25519, for a day, its key in memory alone. The
CA's books get a line for each, with the note "bench". So take a CA made for
tests, with a server's certificate by it, and never the one of your team:

  securechat ca init --name "Load test CA" --key-type ed25519 --out load

Options:
  HOST:PORT            the server (default: SERVER_HOST:SERVER_PORT, or
                       127.0.0.1:5555)
  --sessions N         how many sessions (required); each needs a file handle
                       here and at the server: see ulimit -n
  --rooms R            over how many rooms (default: 1)
  --rate S             statements a second in all; 0: the sessions are idle, as
                       for measuring memory (default: 10)
  --seconds T          for how long (default: 10)
  --parallel P         sessions that are set up at once (default: 16, which is
                       what a server takes from one address)
  --certificates C     make only so many; sessions share them (default: N)
  --transcripts DIR    write transcripts there, for securechat verify
  --keep K             of so many members (default: 1; needs --transcripts)
  --server-name NAME   name expected in the server's certificate (default: HOST)
  --ca FILE            certificate of the CA (default: CA_CERT, or
                       certs/ca-cert.pem)
  --ca-key FILE        its private key (default: CA_KEY, or certs/ca-key.pem)
  --passphrase-file FILE   the passphrase of the CA's key is the first line of
  --passphrase-stdin       FILE, or of standard input; without, you are asked
  --json               one JSON object on standard output
  -h, --help           this text

Ctrl-C ends the test in order and tells what was measured until then.

Exit status:
  0 nothing lost, duplicated or out of order, and no session failed; 1 otherwise
  or refused (no server, no such room, certificates of another CA), 2 wrong use

Examples:
  $ securechat bench --sessions 200 --rooms 2 --rate 20 --seconds 60
  $ securechat bench chat.example:5555 --sessions 2000 --rate 0 --json
`;

/** The options. */
export const parser = object({
  server: optional(argument(string({ metavar: "HOST:PORT" }))),
  sessions: option("--sessions", wholeNumber({ metavar: "N", min: 1, max: 100_000 })),
  rooms: withDefault(option("--rooms", wholeNumber({ metavar: "R", min: 1, max: 10_000 })), 1),
  rate: withDefault(option("--rate", wholeNumber({ metavar: "S", min: 0, max: 100_000 })), 10),
  seconds: withDefault(
    option("--seconds", wholeNumber({ metavar: "T", min: 0, max: 604_800 })),
    10,
  ),
  parallel: withDefault(
    option("--parallel", wholeNumber({ metavar: "P", min: 1, max: 1_000 })),
    16,
  ),
  certificates: optional(
    option("--certificates", wholeNumber({ metavar: "C", min: 1, max: 100_000 })),
  ),
  transcripts: optional(option("--transcripts", string({ metavar: "DIR" }))),
  keep: optional(option("--keep", wholeNumber({ metavar: "K", min: 1, max: 1_000 }))),
  serverName: optional(option("--server-name", string({ metavar: "NAME" }))),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  caKey: optional(option("--ca-key", string({ metavar: "FILE" }))),
  ...passphraseParsers,
  json: option("--json"),
});

/** What the options said. */
type Flags = ReturnType<typeof readFlags> & object;

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when everything was delivered once and in order and no session failed, 1 otherwise.
 * @throws {ChatError} USAGE; CONFIG; FILE, FORMAT, BAD_CERT or LEDGER for the CA and its books; what the
 * first session meets: CONNECTION, ROOM, SIGN_IN, BAD_CERT and others.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args);
  if (flags === undefined) {
    io.out.write(help);
    return 0;
  }
  using status = new StatusLine(io);
  const { sessions, rate, json } = flags;
  const outcome = { result: await measure(io, { flags, status }), sessions, rate };
  status.clear();
  for (const text of benchTroubles(outcome.result)) warn(io, text);
  io.out.write(json ? `${jsonLine(benchJson(outcome))}\n` : benchText(outcome));
  return isClean(outcome) ? 0 : 1;
}

function readFlags(args: readonly string[]) {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") return undefined;
  const flags = parsed.value;
  if (flags.sessions < flags.rooms) {
    throw usage(COMMAND, { state: "there are fewer sessions than rooms" });
  }
  if (flags.keep !== undefined && flags.transcripts === undefined) {
    throw usage(COMMAND, { state: "--keep needs --transcripts" });
  }
  if ((flags.keep ?? 1) > flags.sessions) {
    throw usage(COMMAND, { state: "there are fewer sessions than --keep" });
  }
  return flags;
}

async function measure(
  io: Io,
  { flags, status }: { readonly flags: Flags; readonly status: StatusLine },
): ReturnType<LoadCrowd["run"]> {
  const { host: named = "", port: at = "" } = flags.server === undefined
    ? {}
    : parseServerAddress(flags.server, COMMAND);
  const config = await readConfig(io, {
    SERVER_HOST: named,
    SERVER_PORT: at,
    CA_CERT: flags.ca ?? "",
    CA_KEY: flags.caKey ?? "",
  });
  const ca = await loadCa(config.ca.cert);
  const caKey = await loadCaKey(io, { path: config.ca.key, ...flags });
  const { path: crl, isNamed: isCrlNamed } = config.crl;
  const trusted = { ca: config.ca.cert, crl, isCrlNamed, crlRequired: false };
  const { trust } = await TrustSource.load(trusted);
  const count = Math.min(flags.certificates ?? flags.sessions, flags.sessions);
  const keeper = { ca, caKey, path: ledgerPath(config.ca.key) };
  const identities = await issueBenchIdentities(io, keeper, {
    count,
    onProgress: (made) => status.show(`${made} of ${count} certificates are made`),
  });
  const { serverHost: host, serverPort: port } = config;
  const crowd = new LoadCrowd({
    ...{ host, port, serverName: flags.serverName ?? host, identities, trust },
    ...{ plan: planOf(flags), stop: io.stop, now: io.now },
    onProgress: (text) => status.show(text),
  });
  try {
    return await crowd.run();
  } catch (thrown) {
    throw explained(thrown, flags.rooms);
  }
}

function planOf(
  { sessions, rooms, rate, seconds, parallel, keep = 1, transcripts }: Flags,
): LoadPlan {
  return {
    ...{ sessions, rate, seconds, parallel },
    rooms: Array.from({ length: rooms }, (_, index) => `bench-${index + 1}`),
    otherRoom: DEFAULT_ROOM,
    keep: transcripts === undefined ? 0 : keep,
    transcriptDir: transcripts ?? "",
  };
}

/** A room that is missing is the one thing that the server's operator must do for a test. */
function explained(thrown: unknown, rooms: number): unknown {
  if (!(thrown instanceof ChatError) || thrown.code !== "ROOM") return thrown;
  const named = rooms === 1 ? "--room bench-1" : `--room bench-1 … --room bench-${rooms}`;
  return new ChatError("ROOM", `cannot load the server: it lacks a room of the test`, {
    cause: thrown,
    hint: `start it with: securechat serve --sign-in certificate ${named}`,
  });
}
