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
import { withStores } from "./open_store.ts";
import { chooseProtocol, protocolParsers } from "./protocol_choice.ts";

const COMMAND = "securechat user remove";

/** What `securechat user remove --help` prints. */
export const help = `${COMMAND}: removes an account

Usage:
  securechat user remove EMAIL [--protocol 1|2]

A session that is open goes on; the next log-in is refused. Transcripts stay.

Options:
  --protocol 1|2    whose account, where the address has one of each
  -h, --help        this text

Exit status:
  0 removed, 1 no such account or one of each protocol, or the database does not
  answer, 2 wrong use or setting

Examples:
  $ securechat user remove alice@example.org
  $ securechat user remove alice@example.org --protocol 2
`;

/** The options. */
export const parser = object({
  email: argument(string({ metavar: "EMAIL" })),
  ...protocolParsers,
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the account is gone.
 * @throws {ChatError} USAGE; CONFIG; ACCOUNT if there is no such account, or one of each
 * protocol; DATABASE.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { email } = parsed.value;
  const { database } = await readConfig(io);
  await withStores(database, async (stores) => {
    const protocol = await chooseProtocol(stores, { ...parsed.value, verb: "remove" });
    const table = protocol === "1" ? stores.store : stores.keyAccounts;
    if (!await table.remove(email)) {
      throw new ChatError("ACCOUNT", `cannot remove "${email}": there is no such account`);
    }
    const which = protocol === "1" ? "" : " (protocol 2)";
    io.out.write(
      `removed ${printable(email)}${which} from ${printable(table.location)}\n` +
        "next: securechat user list\n",
    );
  });
  return 0;
}
