import { type CommandTable, dispatch } from "./dispatch.ts";
import type { Io } from "./io.ts";

/** What `securechat user --help` prints. */
export const help = `securechat user: accounts of the server

Usage:
  securechat user list [--json]
  securechat user add EMAIL USERNAME [OPTIONS]
  securechat user add EMAIL --protocol 2 --cert FILE [OPTIONS]
  securechat user remove EMAIL [OPTIONS]
  securechat user passwd EMAIL [OPTIONS]
  securechat user rebind EMAIL --cert FILE [OPTIONS]

Commands:
  list      list the accounts, oldest first
  add       add an account
  remove    remove an account
  passwd    change the password of an account
  rebind    bind an account to a new key

Each protocol has accounts of its own. Those of protocol 2 belong to the key of
their owner's certificate.

Options:
  -h, --help    this text, or that of a command

Exit status:
  0 done, 1 refused, 2 wrong use or setting, 4 no such file

Examples:
  $ securechat user add alice@example.org alice
  $ securechat user list
  $ securechat user passwd alice@example.org --password-file new.txt
`;

/** The subcommands. */
export const COMMANDS = {
  list: () => import("./user_list.ts"),
  add: () => import("./user_add.ts"),
  remove: () => import("./user_remove.ts"),
  passwd: () => import("./user_passwd.ts"),
  rebind: () => import("./user_rebind.ts"),
} as const satisfies CommandTable;

/**
 * Runs `securechat user`.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns The exit status.
 * @throws {ChatError} Whatever the subcommand throws.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  return await dispatch({ name: "securechat user", help, commands: COMMANDS }, { args, io });
}
