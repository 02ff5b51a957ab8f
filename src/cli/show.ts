/**
 * `securechat show`: the conversation of a transcript for human eyes.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { RoomEntry } from "../transcript/v2/room_report.ts";
import type { VerifyOptions } from "../transcript/v1/verify.ts";
import { Presence } from "../transcript/v2/presence.ts";
import { verifyRoom } from "../transcript/v2/verify.ts";
import { parseArgs } from "./args.ts";
import { kindOfFile } from "./file_kind.ts";
import type { Io } from "./io.ts";
import { showClassic } from "./show_classic.ts";
import { showRemark, showRow } from "./show_lines.ts";
import { viewersText } from "./show_viewers.ts";
import { VERDICT_STATUS } from "./verdict_status.ts";
import { chainTrustOf, openTranscriptFile, readEvidence } from "./verify_inputs.ts";
import { roomVerdictLine } from "./verify_room_report.ts";

const COMMAND = "securechat show";

/** What `securechat show --help` prints. */
export const help = `${COMMAND}: shows the conversation of a transcript

Usage:
  securechat show FILE [OPTIONS]

Reads a transcript and verifies it at the same time: names are those that the CA
vouches for. With protocol 2 times are those by which the server had the words
in their place; words that no head of the server is over yet are marked "?".
With protocol 1 times are their authors' own, and the words are sealed without
the session's key. Remarks between the words tell what is missing. The verdict
is the last line, on standard error. Of an INVALID file nothing is shown behind
its bad line. FILE may be - for standard input.

Options:
  --ca FILE           the CA's certificate (default: CA_CERT, or
                      certs/ca-cert.pem)
  --cert FILE         protocol 1: a certificate of a side, where the transcript
                      has none; may be repeated
  --crl FILE          the CA's revocation list; may be repeated
  --session-key FILE  protocol 1: the .key file of the session
  --who-saw INDEX     protocol 2: print who could see this entry, by the signed
                      lines about coming and going; numbers are those of
                      securechat verify --entries
  -h, --help          this text

Exit status:
  0 VALID, 1 INVALID or not readable, 2 wrong use or setting, 3 VALID SO FAR or
  INCOMPLETE, 4 no such file

Examples:
  $ securechat show transcripts/client_1de281f60ce8582f_main.jsonl
  $ securechat show chat.jsonl --ca team/ca-cert.pem | less
  $ securechat show server.jsonl --who-saw 41
`;

/** The options. */
export const parser = object({
  file: argument(string({ metavar: "FILE" })),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  certs: multiple(option("--cert", string({ metavar: "FILE" }))),
  crls: multiple(option("--crl", string({ metavar: "FILE" }))),
  sessionKey: optional(option("--session-key", string({ metavar: "FILE" }))),
  whoSaw: optional(option("--who-saw", integer({ metavar: "INDEX", min: 0 }))),
});

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
  const { file, ca, certs, crls, sessionKey, whoSaw } = parsed.value;
  const evidence = await readEvidence(io, {
    ...{ certs, crls },
    ...ca !== undefined && { ca },
    ...sessionKey !== undefined && { sessionKey },
  });
  const { kind, chunks } = await kindOfFile(await openTranscriptFile(file, io));
  if (kind === "protocol 2" && whoSaw !== undefined) {
    return await showViewers(io, file, { ...evidence, chunks, index: whoSaw });
  }
  if (kind === "protocol 2") return await showRoom(io, file, { ...evidence, chunks });
  if (whoSaw !== undefined) {
    const text = `cannot tell who saw entry ${whoSaw} of "${printable(file)}": no file of a room`;
    throw new ChatError("FORMAT", text, { hint: "only transcripts of protocol 2 tell that" });
  }
  if (kind === "protocol 1") {
    return await showClassic(io, file, { ...evidence, signal: io.stop, chunks });
  }
  const text = `cannot show "${printable(file)}": it is a proof of one entry`;
  throw new ChatError("FORMAT", text, { hint: "securechat verify FILE reads it" });
}

async function showRoom(
  io: Io,
  file: string,
  evidence: VerifyOptions & { readonly chunks: AsyncIterable<Uint8Array> },
): Promise<number> {
  const { out } = io;
  let isTail = false;
  const { report } = await verifyRoom(evidence.chunks, {
    ...{ ...chainTrustOf(evidence), signal: io.stop },
    onHeader: ({ size }) => {
      if (size === 0) return;
      out.write(showRemark(`entries 0 to ${size - 1} came before this file`, out));
    },
    onEntry: (entry) => {
      if (!entry.isHeaded && !isTail) {
        out.write(showRemark("from here on no head of the server is over the words", out));
      }
      isTail ||= !entry.isHeaded;
      out.write(entryRow(entry, io));
    },
  });
  for (const text of report.missing) out.write(showRemark(text, out));
  io.err.write(`${roomVerdictLine(file, { report, on: io.err, nowMs: io.now() })}\n`);
  return VERDICT_STATUS[report.verdict];
}

async function showViewers(
  io: Io,
  file: string,
  evidence: VerifyOptions & {
    readonly chunks: AsyncIterable<Uint8Array>;
    readonly index: number;
  },
): Promise<number> {
  const { chunks, index } = evidence;
  const presence = new Presence();
  const found: RoomEntry[] = [];
  const { report } = await verifyRoom(chunks, {
    ...{ ...chainTrustOf(evidence), signal: io.stop },
    onEntry: (entry) => {
      presence.take(entry);
      if (entry.index === index) found.push(entry);
    },
  });
  io.err.write(`${roomVerdictLine(file, { report, on: io.err, nowMs: io.now() })}\n`);
  if (report.verdict === "INVALID") return VERDICT_STATUS.INVALID;
  const viewers = presence.viewersOf(index, report);
  const [entry] = found;
  if (entry === undefined || viewers === undefined) {
    const text = `cannot tell who saw entry ${index}: the file has ${report.from} to ${
      report.size - 1
    }`;
    throw new ChatError("NO_INPUT", text, { hint: "see which there are: securechat verify FILE" });
  }
  io.out.write(viewersText(entry, viewers));
  return VERDICT_STATUS[report.verdict];
}

const DONE = { join: "came in", leave: "left", remove: "was removed" } as const;

function entryRow(
  { isHeaded, placedMs, kind, author, text, about }: RoomEntry,
  { out }: Io,
): string {
  const row = { mark: isHeaded ? " " : "?", timeMs: placedMs } as const;
  const name = printable(author);
  switch (kind) {
    case "say":
      return showRow({ ...row, who: `[${name}]`, words: text }, out);
    case "notice":
      return showRow({ ...row, who: `[${name}, the server]`, words: text }, out);
    case "open":
      return showRow({ ...row, who: `the log begins, of the server ${name}` }, out);
    default:
      return showRow(
        { ...row, who: `${printable(about ?? text.slice(0, 16))} ${DONE[kind]}` },
        out,
      );
  }
}
