import { type CommandTable, dispatch } from "./dispatch.ts";
import type { Io } from "./io.ts";

/** What `securechat ca --help` prints. */
export const help = `securechat ca: the certificate authority (CA) of your team

Usage:
  securechat ca init [OPTIONS]
  securechat ca sign REQUEST [--type server|client] [OPTIONS]
  securechat ca show [OPTIONS]
  securechat ca list [--expiring DAYS] [--json] [OPTIONS]
  securechat ca log verify [--head HASH] [OPTIONS]
  securechat ca revoke SERIAL|FINGERPRINT|FILE --reason REASON [OPTIONS]
  securechat ca crl [--days N] [--out FILE] [OPTIONS]

Commands:
  init    make the CA's certificate, which everybody gets, and its private key
  sign    answer a certificate request
  show    show the CA and what it has issued
  list    list the certificates that it has issued
  log     check the CA's books
  revoke  take a certificate back
  crl     write the revocation list anew

Options:
  -h, --help    this text, or that of a command

Exit status:
  0 done, 1 refused, 2 wrong use or setting

Examples:
  $ securechat ca init
  $ securechat ca init --name "Team CA" --out team
  $ securechat ca list --expiring 30d
`;

/** The subcommands. */
export const COMMANDS = {
  init: () => import("./ca_init.ts"),
  sign: () => import("./ca_sign.ts"),
  show: () => import("./ca_show.ts"),
  list: () => import("./ca_list.ts"),
  log: () => import("./ca_log.ts"),
  revoke: () => import("./ca_revoke.ts"),
  crl: () => import("./ca_crl.ts"),
} as const satisfies CommandTable;

/**
 * Runs `securechat ca`.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns The exit status.
 * @throws {ChatError} Whatever the subcommand throws.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  return await dispatch({ name: "securechat ca", help, commands: COMMANDS }, { args, io });
}
