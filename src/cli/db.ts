import { type CommandTable, dispatch } from "./dispatch.ts";
import type { Io } from "./io.ts";

/** What `securechat db --help` prints. */
export const help = `securechat db: the database of accounts

Usage:
  securechat db init

Commands:
  init    create or upgrade the tables of accounts

Options:
  -h, --help    this text; securechat db init --help tells more

Exit status:
  0 done, 1 refused, 2 wrong use or setting

Examples:
  $ securechat db init
`;

/** The subcommands. */
export const COMMANDS = {
  init: () => import("./db_init.ts"),
} as const satisfies CommandTable;

/**
 * Runs `securechat db`.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns The exit status.
 * @throws {ChatError} Whatever the subcommand throws.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  return await dispatch({ name: "securechat db", help, commands: COMMANDS }, { args, io });
}
