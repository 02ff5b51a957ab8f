/**
 * Finds the command that a command line names and runs it: used for `securechat`'s commands and for the
 * subcommands of `ca`, `cert`, `db` and `user` alike.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { Io } from "./io.ts";
import { nearest } from "./nearest.ts";

/** What every command's module exports. */
export interface CommandModule {
  /** What `--help` prints. */
  readonly help: string;
  /**
   * Runs the command.
   *
   * @returns The exit status; 1 to 70 are usually reached by throwing a ChatError.
   */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** Commands by name, loaded when they are called for. */
export type CommandTable = Readonly<Record<string, () => Promise<CommandModule>>>;

/** A program or command that has (sub)commands. */
export interface CommandGroup {
  /** As typed: "securechat", "securechat cert". */
  readonly name: string;
  readonly help: string;
  readonly commands: CommandTable;
}

/** The arguments after the group's name, and the world. */
export interface Call {
  readonly args: readonly string[];
  readonly io: Io;
}

/**
 * Runs the command named by the first argument, or prints the group's help.
 *
 * @param group The commands there are.
 * @param call What was typed.
 * @returns The command's exit status; 0 for `--help`; 2 with help on standard error without arguments.
 * @throws {ChatError} USAGE if there is no such command; whatever the command throws.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { Io } from "./io.ts";
 * const commands = { hi: () => Promise.resolve({ help: "", run: () => Promise.resolve(0) }) };
 * const group = { name: "x", help: "", commands };
 * const io = {} as Io;
 * assert.equal(await dispatch(group, { args: ["hi"], io }), 0);
 * await assert.rejects(dispatch(group, { args: ["ih"], io }), { code: "USAGE" });
 * ```
 */
export async function dispatch(group: CommandGroup, { args, io }: Call): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    io.err.write(group.help);
    return 2;
  }
  if (name === "--help" || name === "-h") {
    io.out.write(group.help);
    return 0;
  }
  const load = Object.hasOwn(group.commands, name) ? group.commands[name] : undefined;
  if (load === undefined) throw unknownCommand(group, name);
  const command = await load();
  return await command.run(rest, io);
}

function unknownCommand(group: CommandGroup, name: string): ChatError {
  const kind = name.startsWith("-") ? "option" : "command";
  const meant = nearest(name, [...Object.keys(group.commands), "--help"]);
  const suggestion = meant === undefined ? "" : `did you mean: ${group.name} ${meant}\n`;
  return new ChatError(
    "USAGE",
    `cannot run ${group.name}: there is no ${kind} "${printable(name)}"`,
    { hint: `${suggestion}see: ${group.name} --help` },
  );
}
