import { type CommandTable, dispatch } from "./dispatch.ts";
import type { Io } from "./io.ts";

/** What `securechat ca log --help` prints. */
export const help = `securechat ca log: the CA's books

Usage:
  securechat ca log verify [--head HASH] [OPTIONS]

Commands:
  verify    check that no line is missing, altered, moved or a stranger's

Options:
  -h, --help    this text, or that of the command

Exit status:
  0 the books hold, 1 they do not, 2 wrong use or setting

Examples:
  $ securechat ca log verify
`;

/** The subcommands. */
export const COMMANDS = {
  verify: () => import("./ca_log_verify.ts"),
} as const satisfies CommandTable;

/**
 * Runs `securechat ca log`.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns The exit status.
 * @throws {ChatError} Whatever the subcommand throws.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  return await dispatch({ name: "securechat ca log", help, commands: COMMANDS }, { args, io });
}
