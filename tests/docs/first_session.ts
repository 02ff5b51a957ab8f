/**
 * Does what the README shows, in the current folder: its marked console blocks in their order, the
 * server's and the client's at the same time. Run by `readme_test.ts` in a process of its own, since the
 * current folder belongs to a whole process.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Io, Keys, TextOut } from "../../src/cli/io.ts";
import { main } from "../../src/main.ts";
import { runScript } from "../testkit/script.ts";
import { VirtualTerminal } from "../testkit/virtual_terminal.ts";
import { type MarkedBlock, markedBlocks } from "./markdown.ts";

const PASSWORD = "correct horse";
const TRANSCRIPTS = "transcripts";

/** So wide that no fingerprint is cut. */
const COLUMNS = 140;

/** What differs from run to run, and what stands for it when two screens are compared. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME"],
  [/\b\d{4}-\d\d-\d\d\b/g, "DATE"],
  [/\b\d\d:\d\d(?::\d\d)?\b/g, "TIME"],
  [/127\.0\.0\.1:\d+/g, "ADDRESS"],
  [/(client|server)_[0-9a-f]{16}_\d{8}_\d{6}_main/g, "$1_SESSION"],
  [/\b(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16})\b/g, "HEX"],
];

/** Somebody at a terminal. */
class Person {
  seen = "";
  readonly #typed: string[] = [];
  readonly #answers: string[];
  /** Where keys are read, not lines. */
  readonly #terminal: VirtualTerminal | undefined;
  #wake = Promise.withResolvers<void>();
  #hasEnded = false;

  /** @param answers To the prompts, in order. @param terminal Where keys are read. */
  constructor(answers: readonly string[] = [], terminal?: VirtualTerminal) {
    this.#answers = [...answers];
    this.#terminal = terminal;
  }

  /** What the screen shows at the end. */
  async screen(): Promise<string> {
    return this.#terminal === undefined
      ? this.seen
      : `${(await this.#terminal.rows()).join("\n")}\n`;
  }

  async run(args: readonly string[]): Promise<number> {
    const status = await main(args, this.#io());
    this.#hasEnded = true;
    this.#tell("");
    return status;
  }

  types(line: string): void {
    if (this.#terminal !== undefined) return this.#terminal.press(`${line}\r`);
    this.#typed.push(line);
    this.#tell("");
  }

  async sees(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.seen);
      if (match !== null) return match[1] ?? "";
      assert.ok(!this.#hasEnded, `never saw ${pattern}:\n${this.seen}`);
      await this.#wake.promise;
    }
  }

  #io(): Io {
    const screen: TextOut = { isTerminal: true, write: (text) => this.#tell(text) };
    const ask = (question: string, shown: boolean) => {
      const answer = this.#answers.shift();
      this.#tell(shown ? `${question}${answer}\n` : `${question.trimEnd()}\n`);
      return Promise.resolve(answer);
    };
    return {
      out: screen,
      err: screen,
      input: {
        isTerminal: true,
        lines: () => this.#lines(),
        ask: (question) => ask(question, true),
        askSecret: (question) => ask(question, false),
        ...this.#terminal === undefined ? {} : { openKeys: this.#openKeys(this.#terminal) },
      },
      env: () => undefined,
      now: Date.now,
      stop: new AbortController().signal,
    };
  }

  async *#lines(): AsyncIterable<string> {
    while (!this.#hasEnded) {
      const line = this.#typed.shift();
      if (line === undefined) await this.#wake.promise;
      else yield line;
    }
  }

  #openKeys({ keys }: VirtualTerminal): () => Keys {
    return () => keys;
  }

  #tell(text: string): void {
    this.seen += text;
    this.#terminal?.out.write(text);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}

/** The operator's and Alice's terminals; returns what both have shown. */
async function converse(): Promise<Readonly<Record<string, string>>> {
  const operator = new Person();
  const terminal = new VirtualTerminal(COLUMNS, 40);
  const alice = new Person(["1", "alice@example.org", PASSWORD, PASSWORD], terminal);
  const serving = operator.run(["serve", "--port", "0"]);
  const address = await operator.sees(/Address +(127\.0\.0\.1:\d+)/);
  const chatting = alice.run(["connect", address]);
  await Promise.all([alice.sees(/in main/), operator.sees(/phase 5/)]);
  alice.types("is the pump off?");
  await operator.sees(/pump off/);
  operator.types("since 14:02");
  operator.types("/who");
  await alice.sees(/since 14:02/);
  alice.types("/quit");
  assert.equal(await chatting, 0, alice.seen);
  await operator.sees(/disconnected/);
  operator.types("/quit");
  assert.equal(await serving, 0, operator.seen);
  return { serve: operator.seen, connect: await alice.screen() };
}

/** A block in the language of `tests/testkit/script.ts`. */
function scriptOf(text: string): string {
  const isFixed = text.includes("tests/data/"); // a recording: nothing varies
  return text.split(/^(?=\$ )/m).map((step) => {
    const [command = "", ...lines] = step.trimEnd().split("\n");
    const output = lines.map((line) => isFixed ? line : wild(line))
      .map((line) => line.startsWith("securechat: ") ? `! ${line}` : line);
    // The report of a transcript ends with an empty line, which a script cannot say.
    const end = command.startsWith("$ securechat verify") ? ["[WILDCARD]"] : [];
    return [commandOf(command), ...output, ...end, "", ""].join("\n");
  }).join("");
}

function commandOf(line: string): string {
  const written = line.replace(/^\$ echo (\S+) > (\S+)$/, "$ write $2 $1");
  return written.replace(/(?<= )transcripts\/client_\S+/, clientTranscript);
}

function clientTranscript(): string {
  const [name] = [...Deno.readDirSync(TRANSCRIPTS)].map(({ name }) => name)
    .filter((name) => name.startsWith("client_"));
  return `${TRANSCRIPTS}/${name}`;
}

function wild(line: string): string {
  return VARYING.reduce((text, [pattern]) => text.replace(pattern, "[WILDCARD]"), line);
}

function steady(screen: string): string {
  return VARYING.reduce((text, [pattern, name]) => text.replace(pattern, name), screen);
}

/** Tries the blocks; returns how many. */
async function tryBlocks(blocks: readonly MarkedBlock[]): Promise<number> {
  let screens: Readonly<Record<string, string>> | undefined;
  for (const { mark, text } of blocks) {
    if (mark === "run") {
      await runScript(scriptOf(text));
      continue;
    }
    screens ??= await converse();
    const shown = text.slice(text.indexOf("\n") + 1); // without the command
    assert.equal(steady(screens[mark] ?? ""), steady(shown), `the block "${mark}"`);
  }
  return blocks.length;
}

if (import.meta.main) {
  const text = await Deno.readTextFile(Deno.args[0] ?? "");
  assert.ok(await tryBlocks(markedBlocks(text)) >= 5, "blocks are missing");
}
