/**
 * `securechat user list`: lists the accounts, without what belongs to their passwords.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { option } from "@optique/core/primitives";
import { printable } from "../bytes/printable.ts";
import type { StoredAccount } from "../store/accounts.ts";
import { parseArgs } from "./args.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { withStore } from "./open_store.ts";
import { progress } from "./report.ts";

const COMMAND = "securechat user list";

/** What `securechat user list --help` prints. */
export const help = `${COMMAND}: lists the accounts, oldest first

Usage:
  securechat user list [--json]

Options:
  --json        a JSON array of {email, username, createdAt} instead of lines
  -h, --help    this text

Exit status:
  0 listed, 1 the database does not answer, 2 wrong use or setting

Examples:
  $ securechat user list
  $ securechat user list --json
`;

/** The options. */
export const parser = object({ json: option("--json") });

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the accounts are listed, or there are none.
 * @throws {ChatError} USAGE; CONFIG; DATABASE with the remedy.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { database } = await readConfig(io);
  await withStore(database, async (store) => {
    const accounts = await store.list();
    io.out.write(parsed.value.json ? json(accounts) : lines(accounts));
    if (accounts.length === 0) {
      progress(io, `no accounts in ${store.location}; next: securechat user add EMAIL USERNAME`);
    }
  });
  return 0;
}

function json(accounts: readonly StoredAccount[]): string {
  const shown = accounts.map(({ email, username, createdAt }) => ({ email, username, createdAt }));
  return `${jsonLine(shown)}\n`;
}

function lines(accounts: readonly StoredAccount[]): string {
  const rows = accounts.map(({ email, username, createdAt }) => ({
    email: printable(email),
    rest: `${createdAt.toISOString().replace(/\.\d{3}Z$/, "Z")}  ${printable(username)}`,
  }));
  const width = Math.max(0, ...rows.map(({ email }) => email.length));
  return rows.map(({ email, rest }) => `${email.padEnd(width)}  ${rest}\n`).join("");
}
