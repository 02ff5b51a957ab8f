/**
 * `securechat user remove`: removes an account.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { parseArgs } from "./args.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { withStore } from "./open_store.ts";

const COMMAND = "securechat user remove";

/** What `securechat user remove --help` prints. */
export const help = `${COMMAND}: removes an account

Usage:
  securechat user remove EMAIL

A session that is open goes on; the next log-in is refused. Transcripts stay.

Options:
  -h, --help    this text

Exit status:
  0 removed, 1 no such account, or the database does not answer,
  2 wrong use or setting

Examples:
  $ securechat user remove alice@example.org
`;

/** The options. */
export const parser = object({ email: argument(string({ metavar: "EMAIL" })) });

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the account is gone.
 * @throws {ChatError} USAGE; CONFIG; ACCOUNT if there is no such account; DATABASE.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { email } = parsed.value;
  const { database } = await readConfig(io);
  await withStore(database, async (store) => {
    if (!await store.remove(email)) {
      throw new ChatError("ACCOUNT", `cannot remove "${email}": there is no such account`);
    }
    io.out.write(
      `removed ${printable(email)} from ${printable(store.location)}\nnext: securechat user list\n`,
    );
  });
  return 0;
}
