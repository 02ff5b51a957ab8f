import { type CommandTable, dispatch } from "./dispatch.ts";
import type { Io } from "./io.ts";

/** What `securechat cert --help` prints. */
export const help = `securechat cert: certificates of servers and clients

Usage:
  securechat cert issue --cn NAME --type server|client [OPTIONS]
  securechat cert show FILE [--json]
  securechat cert verify LEAF --ca FILE [OPTIONS]

Commands:
  issue    make a key and a certificate that the CA signs
  show     show what a certificate says
  verify   say whether a certificate may be trusted

Options:
  -h, --help    this text, or that of a command

Exit status:
  0 done, 1 refused, 2 wrong use or setting, 4 no such file

Examples:
  $ securechat cert issue --cn chat.example --type server
  $ securechat cert issue --cn alice --type client
  $ securechat cert show certs/client-cert.pem
  $ securechat cert verify certs/client-cert.pem --ca certs/ca-cert.pem
`;

/** The subcommands. */
export const COMMANDS = {
  issue: () => import("./cert_issue.ts"),
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
