/**
 * The command table and the exit status; nothing else.
 *
 * @module
 */

import { type CommandTable, dispatch } from "./cli/dispatch.ts";
import type { Io } from "./cli/io.ts";
import { HELP } from "./cli/main_help.ts";
import { report } from "./cli/report.ts";
import { processIo } from "./cli/terminal.ts";
import { VERSION } from "./cli/version.ts";

/** Every command; its module is loaded when it is called for. */
export const COMMANDS = {
  ca: () => import("./cli/ca.ts"),
  cert: () => import("./cli/cert.ts"),
  db: () => import("./cli/db.ts"),
  user: () => import("./cli/user.ts"),
  show: () => import("./cli/show.ts"),
  verify: () => import("./cli/verify.ts"),
  serve: () => import("./cli/serve.ts"),
  admin: () => import("./cli/admin.ts"),
  connect: () => import("./cli/connect.ts"),
  send: () => import("./cli/send.ts"),
  tail: () => import("./cli/tail.ts"),
  bench: () => import("./cli/bench.ts"),
  doctor: () => import("./cli/doctor.ts"),
} as const satisfies CommandTable;

/**
 * Runs one command line. Nothing is thrown: errors become text and a status.
 *
 * @param args The arguments after the program's name.
 * @param io The world.
 * @returns The exit status.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    if (args[0] === "--version" || args[0] === "-V") {
      io.out.write(`securechat ${VERSION}\n`);
      return 0;
    }
    return await dispatch({ name: "securechat", help: HELP, commands: COMMANDS }, { args, io });
  } catch (error) {
    return report(io, error);
  }
}

if (import.meta.main) {
  using io = processIo();
  Deno.exitCode = await main(Deno.args, io);
}
