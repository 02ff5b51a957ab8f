/**
 * `securechat ca log verify`: whether the CA's books are whole.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { requireGoodLedger } from "../pki/ledger_check.ts";
import { parseArgs, patternValue } from "./args.ts";
import { readBooks } from "./books.ts";
import { booksParsers, locateBooks } from "./books_options.ts";
import type { Io } from "./io.ts";

const COMMAND = "securechat ca log verify";

/** What `securechat ca log verify --help` prints. */
export const help = `${COMMAND}: checks that the CA's books are whole

Usage:
  securechat ca log verify [--head HASH] [OPTIONS]

Finds a line that is missing, altered, moved, or not signed by the CA. Books
whose end was cut off are good by themselves: write down the head that this
prints, somewhere else, and give it the next time.

Options:
  --head HASH     a head that was printed some day: the books must contain it
  --ca FILE       certificate of the CA (default: CA_CERT, or certs/ca-cert.pem)
  --ledger FILE   its books (default: ca-ledger.jsonl beside CA_KEY)
  -h, --help      this text

Exit status:
  0 the books hold, 1 they do not, or there are none, 2 wrong use or setting

Examples:
  $ securechat ca log verify
  $ securechat ca log verify --ca ca-cert.pem --ledger backup/ca-ledger.jsonl
`;

const headValue = patternValue({
  metavar: "HASH",
  pattern: /^[0-9a-f]{64}$/,
  expected: "a head: 64 digits and letters a to f",
});

/** The options. */
export const parser = object({
  head: optional(option("--head", headValue)),
  ...booksParsers,
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the books hold.
 * @throws {ChatError} USAGE; CONFIG; FILE or FORMAT for a file; LEDGER if the books do not hold.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { head, ...places } = parsed.value;
  const { ca, path } = await locateBooks(io, places);
  const report = await readBooks(path, { ca, ...(head === undefined ? {} : { head }) });
  const lines = requireGoodLedger(report, `"${printable(path)}"`);
  if (report.tornBytes > 0) throw tornLine(path, lines.length + 1);
  const [first, last] = [lines.at(0), lines.at(-1)];
  const after = lines.length - 1 - lines.findIndex(({ hash }) => hash === head);
  const since = head === undefined ? "" : `, ${after} after the remembered head`;
  const count = `${lines.length} line${lines.length === 1 ? "" : "s"}`;
  io.out.write(
    `${printable(path)}: whole, ${count}, signed by "${printable(ca.commonName)}"${since}\n` +
      `from   ${first?.time ?? ""}${first?.note === "late" ? ", begun late" : ""}\n` +
      `to     ${last?.time ?? ""}\n` +
      `head   ${last?.hash ?? ""}\n` +
      `next: keep the head elsewhere, and give it the next time: ${COMMAND} --head HASH\n`,
  );
  return 0;
}

function tornLine(path: string, number: number): ChatError {
  const text = `cannot trust "${printable(path)}": its last line, ${number}, is cut short`;
  return new ChatError("LEDGER", text, {
    hint: "a command was interrupted while it wrote: what it made never left, and the next " +
      "securechat cert issue moves the rest of the line aside; or somebody cut the end off",
  });
}
