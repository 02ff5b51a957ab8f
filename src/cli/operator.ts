/**
 * The operator's side of the conversation: what is typed goes to all, or is a command.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { ChatServer } from "../chat/server.ts";
import { memberName } from "../chat/member.ts";
import type { ChatScreen } from "./chat_screen.ts";
import { nearest } from "./nearest.ts";

/** What an operator works with. */
export interface OperatorParts {
  readonly server: ChatServer;
  readonly screen: ChatScreen;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

interface OperatorCommand {
  readonly use: string;
  readonly does: string;
  run(operator: OperatorParts, rest: string): "quit" | void;
}

const COMMANDS: Readonly<Record<string, OperatorCommand>> = {
  to: {
    use: "/to NAME TEXT",
    does: 'says something to one client of protocol 1; "NAME" may have spaces',
    run: sayToOne,
  },
  who: { use: "/who", does: "lists who is here", run: listMembers },
  help: { use: "/help", does: "lists these commands", run: showHelp },
  quit: { use: "/quit", does: "ends every session in order and stops the server", run: quit },
};

/** The operator of a running server. */
export class Operator {
  readonly #parts: OperatorParts;

  /** @param parts Server and screen. */
  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /**
   * Takes lines until the operator quits or the input ends.
   *
   * @param lines What is typed.
   * @returns Whether "quit" was asked for, or the input has "ended".
   */
  async run(lines: AsyncIterable<string>): Promise<"quit" | "ended"> {
    for await (const line of lines) {
      if (this.take(line) === "quit") return "quit";
    }
    return "ended";
  }

  /**
   * Takes one line. `//text` says `/text`.
   *
   * @param line What was typed.
   * @returns "quit" if the server is to stop.
   */
  take(line: string): "quit" | void {
    const { server, screen } = this.#parts;
    if (line.trim() === "") return;
    const command = /^\/(?!\/)(\w*)\s*(.*)$/s.exec(line);
    if (command === null) {
      const text = line.startsWith("//") ? line.slice(1) : line;
      const receivers = server.say(text);
      screen.print(`[server → all ${receivers}] ${printable(text)}`);
      return;
    }
    const [, name = "", rest = ""] = command;
    const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (known !== undefined) return known.run(this.#parts, rest);
    const guess = nearest(name, Object.keys(COMMANDS));
    const hint = guess === undefined ? "see /help" : `did you mean /${guess}?`;
    screen.print(`no command /${printable(name)}: ${hint}`);
  }
}

/** Words behind it were meant for somebody: they must not stop the server. */
function quit({ screen }: OperatorParts, rest: string): "quit" | void {
  if (rest.trim() === "") return "quit";
  screen.print("wrong use: /quit takes nothing; //quit … says it");
}

function sayToOne({ server, screen }: OperatorParts, rest: string): void {
  const { name, text } = splitName(rest, server.members().map(memberName));
  if (text === "") return screen.print('wrong use: /to NAME TEXT, or /to "NAME WITH SPACES" TEXT');
  const receivers = server.say(text, name);
  if (receivers === 0) return screen.print(whyNobody(name, server));
  screen.print(`[server → ${printable(name)}] ${printable(text)}`);
}

/** In a room all read all: words to one member would be words that the others cannot check. */
function whyNobody(name: string, server: ChatServer): string {
  const wanted = name.toLowerCase();
  const isHere = server.members().some((member) => memberName(member).toLowerCase() === wanted);
  return isHere
    ? `${printable(name)} speaks protocol 2, where everybody in a room reads all: no /to`
    : `nobody here is called ${printable(name)}: see /who`;
}

/**
 * Cuts a name off its words. A name with spaces is quoted: unquoted, `/to alice hi there` might go to
 * somebody who has chosen to be called "alice hi". A name may hold quotes itself, so the longest that
 * is here counts.
 */
function splitName(rest: string, names: readonly string[]): { name: string; text: string } {
  const quoted = names.filter((name) => rest.toLowerCase().startsWith(`"${name}" `.toLowerCase()))
    .sort((a, b) => b.length - a.length)[0];
  if (quoted !== undefined) return { name: quoted, text: rest.slice(quoted.length + 3).trim() };
  const [, inQuotes, word, text = ""] = /^(?:"([^"]+)"|(\S+))\s+(.+)$/s.exec(rest) ?? [];
  return { name: inQuotes ?? word ?? "", text };
}

function listMembers({ server, screen, now }: OperatorParts): void {
  const members = server.members();
  if (members.length === 0) return screen.print("nobody is here");
  for (const member of members) {
    const minutes = Math.floor((now() - member.sinceMs) / 60_000);
    const fingerprint = member.certificate?.fingerprint.slice(0, 16) ?? "";
    screen.print(
      `${printable(memberName(member))}  ${printable(member.email || "-")}  ${member.address}  ` +
        `certificate ${fingerprint}  protocol ${member.protocol}  ${minutes} min`,
    );
  }
}

function showHelp({ screen }: OperatorParts): void {
  for (const { use, does } of Object.values(COMMANDS)) {
    screen.print(`${use.padEnd(16)}${does}`);
  }
  screen.print("anything else goes to everybody; //text says /text");
}
