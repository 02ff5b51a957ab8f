/**
 * `securechat show`: the conversation of a transcript for human eyes.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { RoomEntry } from "../transcript/v2/room_report.ts";
import { isoTime } from "../transcript/v1/times.ts";
import { verifyRoom } from "../transcript/v2/verify.ts";
import { parseArgs } from "./args.ts";
import { kindOfFile } from "./file_kind.ts";
import type { Io } from "./io.ts";
import { paint } from "./style.ts";
import { openTranscriptFile, readEvidence } from "./verify_inputs.ts";
import { roomVerdictLine } from "./verify_room_report.ts";

const COMMAND = "securechat show";

/** What `securechat show --help` prints. */
export const help = `${COMMAND}: shows the conversation of a transcript

Usage:
  securechat show FILE [OPTIONS]

Reads a transcript of protocol 2 and verifies it at the same time: names are
those that the CA vouches for, times those by which the server had the words in
their place. Words that no head of the server is over yet are marked "?". The
verdict is the last line, on standard error. Of an INVALID file nothing is shown
behind its bad line. For protocol 1: securechat verify FILE --session-key FILE.

Options:
  --ca FILE      the CA's certificate (default: CA_CERT, or certs/ca-cert.pem)
  --crl FILE     the CA's revocation list; may be repeated
  -h, --help     this text

Exit status:
  0 VALID, 1 INVALID or not readable, 2 wrong use or setting, 3 VALID SO FAR,
  4 no such file

Examples:
  $ securechat show transcripts/client_1de281f60ce8582f_main.jsonl
  $ securechat show chat.jsonl --ca team/ca-cert.pem
`;

/** The options. */
export const parser = object({
  file: argument(string({ metavar: "FILE" })),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  crls: multiple(option("--crl", string({ metavar: "FILE" }))),
});

const STATUS = { "VALID": 0, "INVALID": 1, "VALID SO FAR": 3 } as const;

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns The exit status that `help` tells.
 * @throws {ChatError} USAGE; CONFIG; NO_INPUT, FILE or FORMAT for what cannot be read; BAD_CERT for a list
 * that the CA did not sign.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { file, ca, crls } = parsed.value;
  const evidence = await readEvidence(io, { certs: [], crls, ...(ca !== undefined && { ca }) });
  const { kind, chunks } = await kindOfFile(await openTranscriptFile(file, io));
  if (kind !== "protocol 2") {
    const text = `cannot show "${printable(file)}": it is no transcript of protocol 2`;
    throw new ChatError("FORMAT", text, { hint: "securechat verify FILE reads the others" });
  }
  const { ca: anchor, otherCas = [], revocations } = evidence;
  const { report } = await verifyRoom(chunks, {
    ...{ anchors: [anchor, ...otherCas], ...revocations && { revocations }, signal: io.stop },
    onEntry: (entry) => io.out.write(`${entryLine(entry, io)}\n`),
  });
  io.err.write(`${roomVerdictLine(file, { report, on: io.err, nowMs: io.now() })}\n`);
  return STATUS[report.verdict];
}

const DONE = { join: "came in", leave: "left", remove: "was removed" } as const;

function entryLine(entry: RoomEntry, { out }: Io): string {
  const mark = entry.isHeaded ? " " : "?";
  const time = paint(isoTime(entry.placedMs), { on: out, as: "dim" });
  return `${mark} ${time}  ${wordsOf(entry)}`;
}

function wordsOf({ kind, author, text, about }: RoomEntry): string {
  switch (kind) {
    case "say":
      return `[${printable(author)}] ${printable(text)}`;
    case "notice":
      return `[${printable(author)}, the server] ${printable(text)}`;
    case "open":
      return `the log begins, of the server ${printable(author)}`;
    default:
      return `${printable(about ?? text.slice(0, 16))} ${DONE[kind]}`;
  }
}
