/**
 * The operator's side of the conversation: what is typed goes to all, or is a command.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { OperatorActs } from "../chat/operator/acts.ts";
import type { Act, OperatorRequest } from "../chat/operator/request.ts";
import type { ChatServer } from "../chat/server.ts";
import { memberName } from "../chat/member.ts";
import type { ChatScreen } from "./chat_screen.ts";
import { nearest } from "./nearest.ts";
import { answerLines } from "./operator_text.ts";
import { ACTS, isAct, requestOfLine, SYNTAX } from "./operator_words.ts";
import { errorLine } from "./report.ts";

/** What an operator works with. */
export interface OperatorParts {
  readonly server: Pick<ChatServer, "members" | "say" | "hosts">;
  readonly acts: Pick<OperatorActs, "run">;
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
  help: { use: "/help", does: "lists these commands", run: showHelp },
  quit: { use: "/quit", does: "ends every session in order and stops the server", run: quit },
};

/** The operator of a running server. */
export class Operator {
  readonly #parts: OperatorParts;
  /** Acts take their time, and are done in the order in which they were typed. */
  #acting: Promise<void> = Promise.resolve();

  /** @param parts Server, acts and screen. */
  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /**
   * Takes lines until the operator quits or the input ends.
   *
   * @param lines What is typed.
   * @returns Whether "quit" was asked for, or the input has "ended"; what was asked before is done.
   */
  async run(lines: AsyncIterable<string>): Promise<"quit" | "ended"> {
    for await (const line of lines) {
      if (this.take(line) !== "quit") continue;
      await this.done();
      return "quit";
    }
    await this.done();
    return "ended";
  }

  /** Waits until what was asked for is done and shown. */
  async done(): Promise<void> {
    await this.#acting;
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
    if (isAct(name)) {
      this.#acting = this.#acting.then(() => act(this.#parts, name, rest));
      return;
    }
    const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (known !== undefined) return known.run(this.#parts, rest);
    const guess = nearest(name, [...Object.keys(COMMANDS), ...ACTS]);
    const hint = guess === undefined ? "see /help" : `did you mean /${guess}?`;
    screen.print(`no command /${printable(name)}: ${hint}`);
  }
}

/** Does an act and shows what came of it. Never throws. */
async function act(parts: OperatorParts, name: Act, rest: string): Promise<void> {
  const { acts, screen, now } = parts;
  try {
    const request = await readLine(parts, name, rest);
    if (request === undefined) return screen.print(`wrong use: ${useOf(name)}`);
    for (const line of answerLines(await acts.run(request, "console"), now())) screen.print(line);
  } catch (thrown) {
    screen.print(`! ${errorLine(thrown)}`);
  }
}

async function readLine(
  { server }: OperatorParts,
  name: Act,
  rest: string,
): Promise<OperatorRequest | undefined> {
  const rooms = name === "say" ? (await server.hosts()).map(({ room }) => room) : [];
  try {
    return requestOfLine(name, rest, rooms);
  } catch {
    return undefined; // how it is typed says more than which member is missing
  }
}

function useOf(name: Act): string {
  return `/${name} ${SYNTAX[name].use}`.trim();
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
function whyNobody(name: string, server: OperatorParts["server"]): string {
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

function showHelp({ screen }: OperatorParts): void {
  const acts = ACTS.map((name) => ({ use: useOf(name), does: SYNTAX[name].does }));
  for (const { use, does } of [...acts, ...Object.values(COMMANDS)]) {
    if (use.length < 16) screen.print(`${use.padEnd(16)}${does}`);
    else screen.print(`${use}\n${"".padEnd(16)}${does}`);
  }
  screen.print(
    "NAME: as /who shows it, in quotes if it has spaces; FINGERPRINT: its first 8 digits or more",
  );
  screen.print("anything else goes to everybody; //text says /text");
}
