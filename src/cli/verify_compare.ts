/**
 * What files of one log say together: the end of `securechat verify A B`.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { MerkleTree } from "../protocol/v2/merkle_tree.ts";
import { compareLogs, type Comparison } from "../transcript/v2/compare.ts";
import type { RoomParty, SignedRootAt } from "../transcript/v2/room_report.ts";
import { readByteLines } from "../transcript/v2/byte_lines.ts";
import { ChatError } from "../errors.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { report } from "./report.ts";
import { paint } from "./style.ts";
import { openTranscriptFile, STANDARD_INPUT } from "./verify_inputs.ts";

/** A file whose verdict is not INVALID. */
export interface ComparedFile {
  readonly file: string;
  readonly log: string;
  readonly room: string;
  readonly server: RoomParty;
  readonly tree: MerkleTree;
  readonly roots: readonly SignedRootAt[];
}

/** Names the shape of the object. */
const FORMAT = "securechat-compare/1";

/** Every two files of a log are compared: so many files make some thousand pairs. */
const FILES_MAX = 100;

/**
 * Compares all files of a log with each other and prints the results.
 *
 * @param io The world.
 * @param files Files of any logs.
 * @param isJson Whether a program reads.
 * @returns 1 if a server has told two stories, else 0.
 */
export async function compareFiles(
  io: Io,
  files: readonly ComparedFile[],
  isJson: boolean,
): Promise<number> {
  const logs = Map.groupBy(
    files,
    ({ log, room, server }) => jsonLine([log, room, server.fingerprint]),
  );
  let status = 0;
  for (const group of logs.values()) {
    for (const [one, other] of pairsOf(group.slice(0, FILES_MAX))) {
      const comparison = compareLogs(one, other);
      const result = { one, other, comparison };
      io.out.write(isJson ? await comparisonJson(io, result) : await comparisonText(io, result));
      if (comparison.kind === "unsigned") status = 1;
      if (comparison.kind === "equivocation") status = report(io, equivocationError(one, other));
    }
  }
  return status;
}

/**
 * The error of a server that has signed two stories.
 *
 * @param one A file.
 * @param other One that contradicts it.
 * @returns EQUIVOCATION.
 */
export function equivocationError(
  { file, log, server: { name } }: Pick<ComparedFile, "file" | "log" | "server">,
  other: Pick<ComparedFile, "file">,
): ChatError {
  const files = `"${printable(file)}" and "${printable(other.file)}"`;
  const text = `cannot accept ${files} together: the server "${
    printable(name)
  }" has signed two stories`;
  return new ChatError("EQUIVOCATION", `${text} of log ${log}`);
}

interface Result {
  readonly one: ComparedFile;
  readonly other: ComparedFile;
  readonly comparison: Comparison;
}

function pairsOf<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((one, index) =>
    items.slice(index + 1).map((other): readonly [T, T] => [one, other])
  );
}

async function comparisonText(io: Io, { one, other, comparison }: Result): Promise<string> {
  const names = `${printable(one.file)} and ${printable(other.file)}`;
  switch (comparison.kind) {
    case "same": {
      const { size, ahead } = comparison;
      const ends = ahead === undefined
        ? "both end there"
        : `${printable((ahead === "first" ? one : other).file)} goes on to ` +
          `${Math.max(one.tree.size, other.tree.size)}`;
      return `${names}: one log, the same first ${size} entries; ${ends}\n`;
    }
    case "apart":
      return `${names}: one log, and no entry in both: they cannot be compared\n`;
    case "unsigned":
      return `${names}: ${paint("[FORKED]", { on: io.out, as: "red" })} they differ at entry ` +
        `${comparison.entry}, and the server has not signed both: no proof against it\n`;
    case "equivocation": {
      const label = paint("[EQUIVOCATION]", { on: io.out, as: "red" });
      const lines = await proofLines(io, { one, other, comparison });
      return [
        `${names}: ${label} the server "${printable(one.server.name)}" has signed two stories ` +
        `of log ${one.log}, which differ at entry ${comparison.entry}:`,
        ...lines.map(({ file, line, size, root, text }) =>
          `  ${printable(file)} line ${line}, root ${root} over ${size} entries` +
          `${text === null ? "" : `\n    ${text}`}`
        ),
        "",
      ].join("\n");
    }
  }
}

async function comparisonJson(io: Io, { one, other, comparison }: Result): Promise<string> {
  const { kind } = comparison;
  const value = {
    format: FORMAT,
    files: [one.file, other.file],
    log: one.log,
    result: RESULTS[kind],
    size: kind === "same" ? comparison.size : null,
    ahead: kind !== "same" || comparison.ahead === undefined
      ? null
      : (comparison.ahead === "first" ? one : other).file,
    entry: "entry" in comparison ? comparison.entry : null,
    proof: kind === "equivocation" ? await proofLines(io, { one, other, comparison }) : null,
  };
  return `${jsonLine(value)}\n`;
}

const RESULTS = {
  same: "SAME",
  apart: "APART",
  unsigned: "FORKED",
  equivocation: "EQUIVOCATION",
} as const;

interface ProofLine extends SignedRootAt {
  readonly file: string;
  /** The line as it is in the file: the head or statement with its signature. */
  readonly text: string | null;
}

async function proofLines(
  io: Io,
  { one, other, comparison }: Result & {
    readonly comparison: { readonly kind: "equivocation" } & Comparison;
  },
): Promise<readonly ProofLine[]> {
  const [first, second] = comparison.proof;
  return [
    { file: one.file, ...first, text: await lineOf(io, one.file, first.line) },
    { file: other.file, ...second, text: await lineOf(io, other.file, second.line) },
  ];
}

async function lineOf(io: Io, file: string, line: number): Promise<string | null> {
  if (file === STANDARD_INPUT) return null; // it was read, and is gone
  for await (const chunk of readByteLines(await openTranscriptFile(file, io))) {
    for (const { number, bytes } of chunk) {
      if (number === line) return printable(new TextDecoder().decode(bytes));
    }
  }
  return null;
}
