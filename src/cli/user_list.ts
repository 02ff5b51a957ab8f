/**
 * `securechat user list`: lists the accounts, without what belongs to their passwords.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { option } from "@optique/core/primitives";
import { printable } from "../bytes/printable.ts";
import { parseArgs } from "./args.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { type BothStores, foundOrNone, withStores } from "./open_store.ts";
import { progress } from "./report.ts";

const COMMAND = "securechat user list";

/** What `securechat user list --help` prints. */
export const help = `${COMMAND}: lists the accounts, oldest first

Usage:
  securechat user list [--json]

Each line tells the address, when the account was made, its protocol, the name.

Options:
  --json        a JSON array of {email, username, createdAt, protocol, keyHash}
                instead of lines; keyHash is null for protocol 1
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
  await withStores(database, async (stores) => {
    const accounts = await listBoth(stores);
    io.out.write(parsed.value.json ? `${jsonLine(accounts)}\n` : lines(accounts));
    if (accounts.length === 0) {
      const { location } = stores.store;
      progress(io, `no accounts in ${location}; next: securechat user add EMAIL USERNAME`);
    }
  });
  return 0;
}

/** An account of either protocol as it is shown; README tells the members. */
interface ListedAccount {
  readonly email: string;
  readonly username: string;
  readonly createdAt: Date;
  readonly protocol: 1 | 2;
  readonly keyHash: string | null;
}

async function listBoth({ store, keyAccounts }: BothStores): Promise<readonly ListedAccount[]> {
  const first = (await store.list()).map(({ email, username, createdAt }) => (
    { email, username, createdAt, protocol: 1, keyHash: null } as const
  ));
  const second = (await foundOrNone(keyAccounts.list(), [])).map((
    { email, username, createdAt, keyHash },
  ) => ({ email, username, createdAt, protocol: 2, keyHash } as const));
  return [...first, ...second]
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

function lines(accounts: readonly ListedAccount[]): string {
  const rows = accounts.map(({ email, username, createdAt, protocol }) => {
    const time = createdAt.toISOString().replace(/\.\d{3}Z$/, "Z");
    return {
      email: printable(email),
      rest: `${time}  protocol ${protocol}  ${printable(username)}`,
    };
  });
  const width = Math.max(0, ...rows.map(({ email }) => email.length));
  return rows.map(({ email, rest }) => `${email.padEnd(width)}  ${rest}\n`).join("");
}
