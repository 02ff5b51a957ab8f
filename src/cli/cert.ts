import { type CommandTable, dispatch } from "./dispatch.ts";
import type { Io } from "./io.ts";

/** What `securechat cert --help` prints. */
export const help = `securechat cert: certificates of servers and clients

Usage:
  securechat cert issue --cn NAME --type server|client [OPTIONS]
  securechat cert request --cn NAME --type server|client [OPTIONS]
  securechat cert renew CERT [OPTIONS]
  securechat cert check FILE… [--within LEFT]
  securechat cert show FILE [--json]
  securechat cert verify LEAF --ca FILE [OPTIONS]

Commands:
  issue    make a key and a certificate that the CA signs
  request  make a key, and a request that the CA signs elsewhere
  renew    make a newer certificate for the same names
  check    say which certificates must be renewed
  show     show what a certificate says
  verify   say whether a certificate may be trusted

Options:
  -h, --help    this text, or that of a command

Exit status:
  0 done, 1 refused, 2 wrong use or setting, 4 no such file

Examples:
  $ securechat cert issue --cn chat.example --type server
  $ securechat cert issue --cn alice --type client
  $ securechat cert check certs/server-cert.pem --within 66%
  $ securechat cert show certs/client-cert.pem
  $ securechat cert verify certs/client-cert.pem --ca certs/ca-cert.pem
`;

/** The subcommands. */
export const COMMANDS = {
  issue: () => import("./cert_issue.ts"),
  request: () => import("./cert_request.ts"),
  renew: () => import("./cert_renew.ts"),
  check: () => import("./cert_check.ts"),
  show: () => import("./cert_show.ts"),
  verify: () => import("./cert_verify.ts"),
} as const satisfies CommandTable;

/**
 * Runs `securechat cert`.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns The exit status.
 * @throws {ChatError} Whatever the subcommand throws.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  return await dispatch({ name: "securechat cert", help, commands: COMMANDS }, { args, io });
}
