/**
 * What somebody can do to the lines of a finished transcript of protocol 1.
 *
 * @module
 */

import { sha256 } from "../../src/crypto/digest.ts";
import { encodeEntry } from "../../src/transcript/v1/entry.ts";
import { type ClassicFault, flipBase64, HASH, RECEIPT, TOTAL } from "./classic_fault.ts";
import { SESSION_MS } from "./classic_keys.ts";
import {
  buildRecords,
  buildTranscript,
  editField,
  editLine,
  FIRST_ENTRY_LINE as FIRST,
  lineOf,
  spliceLines,
} from "./transcript_builder.ts";

/** Field 0 to 4 of the third entry, changed. */
function fieldEdit(field: number, edit: (value: string) => string): () => Promise<string> {
  return async () =>
    editLine(await buildTranscript(), FIRST + 2, (line) => editField(line, field, edit));
}

async function swapped(at: number): Promise<string> {
  const text = await buildTranscript();
  const [first = "", second = ""] = text.split("\n").slice(at - 1, at + 1);
  return spliceLines(text, { at, remove: 2, insert: [second, first] });
}

/** An entry of another session of the same two people. */
async function spliced(seqno: number): Promise<string> {
  const sayings = [{
    author: "client",
    text: "I owe you 100",
    seqno,
    ts: SESSION_MS - 9000,
  }] as const;
  const [record] = await buildRecords({ sayings });
  if (record === undefined) throw new Error("nothing was said");
  const text = await buildTranscript();
  return spliceLines(text, { at: FIRST + 3, remove: 0, insert: [encodeEntry(record)] });
}

/** The first line that begins so, changed: FORMAT at `line`. */
function lineEdit(
  name: string,
  [prefix, line]: readonly [string, number | string],
  edit: (line: string) => string,
): ClassicFault {
  const make = async () => {
    const text = await buildTranscript();
    return editLine(text, lineOf(text, prefix), edit);
  };
  return { name, make, verdict: "INVALID", line, code: "FORMAT" };
}

/** Each with what is found. */
export const LINE_FAULTS: readonly ClassicFault[] = [
  {
    name: "a changed seqno",
    make: fieldEdit(0, () => "3"),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "SIG_FAIL",
  },
  {
    name: "a changed timestamp",
    make: fieldEdit(1, (ts) => String(Number(ts) + 1)),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "SIG_FAIL",
  },
  {
    name: "a changed ciphertext",
    make: fieldEdit(2, flipBase64),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "SIG_FAIL",
  },
  {
    name: "a changed signature",
    make: fieldEdit(3, flipBase64),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "SIG_FAIL",
  },
  {
    name: "a changed fingerprint",
    make: fieldEdit(4, (hex) => (hex.startsWith("0") ? "1" : "0") + hex.slice(1)),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "BAD_CERT",
  },
  {
    name: "a seqno with a leading zero",
    make: fieldEdit(0, (seqno) => `0${seqno}`),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "FORMAT",
  },
  {
    name: "a timestamp beyond 2^53-1",
    make: fieldEdit(1, () => "9007199254740992"),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "FORMAT",
  },
  {
    name: "a carriage return",
    make: fieldEdit(4, (hex) => `${hex}\r`),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "FORMAT",
  },
  {
    name: "a line cut",
    make: async () => spliceLines(await buildTranscript(), { at: FIRST + 2, remove: 1 }),
    verdict: "INVALID",
    line: TOTAL,
    code: "FORMAT",
  },
  {
    name: "a line cut, with total and hash put right",
    make: async () => {
      const text = spliceLines(await buildTranscript(), { at: FIRST + 2, remove: 1 });
      const hash = sha256(text.split("\n").slice(FIRST - 1, FIRST + 4).join("\n")).toHex();
      return editLine(
        editLine(text, lineOf(text, TOTAL), () => `${TOTAL}: 5`),
        lineOf(text, HASH),
        () => `${HASH}: ${hash}`,
      );
    },
    verdict: "INVALID",
    line: RECEIPT,
    code: "SIG_FAIL",
  },
  {
    name: "the last entry cut",
    make: async () => spliceLines(await buildTranscript(), { at: FIRST + 5, remove: 1 }),
    verdict: "INVALID",
    line: TOTAL,
    code: "FORMAT",
  },
  {
    name: "two lines of one author swapped",
    make: () => swapped(FIRST + 1),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "REPLAY",
  },
  {
    name: "two lines of two authors swapped",
    make: () => swapped(FIRST),
    verdict: "INVALID",
    line: HASH,
    code: "FORMAT",
  },
  {
    name: "a line repeated",
    make: async () => {
      const text = await buildTranscript();
      const line = text.split("\n")[FIRST + 1] ?? "";
      return spliceLines(text, { at: FIRST + 3, remove: 0, insert: [line] });
    },
    verdict: "INVALID",
    line: FIRST + 3,
    code: "REPLAY",
  },
  {
    name: "a line spliced in from another session, its number used before",
    make: () => spliced(2),
    verdict: "INVALID",
    line: FIRST + 3,
    code: "REPLAY",
  },
  {
    name: "a line spliced in from another session, its number the next one",
    make: () => spliced(3),
    verdict: "INVALID",
    line: FIRST + 6,
    code: "REPLAY",
  },
  {
    name: "the tail with the receipt cut, between lines",
    make: async () => (await buildTranscript()).split("\n").slice(0, FIRST + 3).join("\n") + "\n",
    verdict: "INCOMPLETE",
  },
  {
    name: "the tail with the receipt cut, within an entry",
    make: async () => {
      const text = await buildTranscript();
      return text.split("\n").slice(0, FIRST + 3).join("\n").slice(0, -9);
    },
    verdict: "INCOMPLETE",
  },
  {
    name: "the receipt cut, the footer left",
    make: async () => {
      const text = await buildTranscript();
      return text.slice(0, text.indexOf(RECEIPT));
    },
    verdict: "INCOMPLETE",
  },
  {
    name: "the receipt cut in its middle",
    make: async () => (await buildTranscript()).slice(0, -40),
    verdict: "INCOMPLETE",
  },
  {
    name: "an entry behind the footer",
    make: async () => {
      const text = await buildTranscript();
      return `${text}${text.split("\n")[FIRST]}\n`;
    },
    verdict: "INVALID",
    line: FIRST + 12,
    code: "FORMAT",
  },
  {
    name: "an empty file",
    make: () => Promise.resolve(""),
    verdict: "INVALID",
    line: 1,
    code: "FORMAT",
  },
  {
    name: "a file of another kind",
    make: () => Promise.resolve("hello\nworld\n"),
    verdict: "INVALID",
    line: 1,
    code: "FORMAT",
  },
  {
    name: "a header alone, without its rule",
    make: async () => (await buildTranscript()).split("\n").slice(0, 5).join("\n") + "\n",
    verdict: "INVALID",
    line: 5,
    code: "FORMAT",
  },
  lineEdit("a role that is none", ["# Role", 3], () => "# Role: referee"),
  lineEdit("a session id of another length", ["# Session ID", 2], (line) => `${line}0`),
  lineEdit("a head line that stands twice", ["# Role", 4], (line) => `${line}\n${line}`),
  lineEdit("a rule of another length", ["====", 8], (line) => `${line}=`),
  lineEdit("a foot line in the head", ["# Format", 5], () => `${TOTAL}: 6`),
  lineEdit("a certificate that is no base64", ["# Certificate (client)", 6], (line) => `${line}*`),
  lineEdit("a third rule", [RECEIPT, FIRST + 11], (line) => `${"=".repeat(80)}\n${line}`),
];
