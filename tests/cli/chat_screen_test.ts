import assert from "node:assert/strict";
import { openScreen, plainScreen } from "../../src/cli/chat_screen.ts";
import type { Io, Keys } from "../../src/cli/io.ts";
import { memoryIo } from "../testkit/memory_io.ts";

/** A terminal whose keys a test presses. */
class TestTerminal implements Keys {
  written = "";
  isRaw = true;
  readonly #bytes: number[] = [];
  #more = Promise.withResolvers<void>();
  #hasEnded = false;

  press(text: string): void {
    this.#bytes.push(...new TextEncoder().encode(text));
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  end(): void {
    this.#hasEnded = true;
    this.#more.resolve();
  }

  async nextByte(): Promise<number | undefined> {
    while (this.#bytes.length === 0 && !this.#hasEnded) await this.#more.promise;
    return this.#bytes.shift();
  }

  get hasMore(): boolean {
    return this.#bytes.length > 0;
  }

  columns(): number {
    return 20;
  }

  [Symbol.dispose](): void {
    this.isRaw = false;
  }

  io(): Io {
    const io = memoryIo({ answers: [] });
    return {
      ...io,
      out: { isTerminal: true, write: (text) => void (this.written += text) },
      input: { ...io.input, openKeys: () => this },
    };
  }
}

const CLEAR = "\r\x1b[K";

Deno.test("openScreen() draws the line being typed anew under each line that comes", async () => {
  const terminal = new TestTerminal();
  using screen = openScreen(terminal.io(), "> ");
  const lines = screen.lines()[Symbol.asyncIterator]();
  const next = lines.next();
  terminal.press("hel");
  await new Promise((resolve) => setTimeout(resolve, 0));
  terminal.written = "";
  screen.print("one\ntwo");
  assert.equal(terminal.written, `${CLEAR}one\r\ntwo\r\n> hel\x1b[6G`);
  terminal.press("lo\r");
  assert.deepEqual(await next, { done: false, value: "hello" });
  screen.print("three");
  assert.ok(terminal.written.endsWith(`${CLEAR}three\r\n> \x1b[3G`));
});

Deno.test("openScreen() draws a paste once, and gives all of its lines", async () => {
  const terminal = new TestTerminal();
  using screen = openScreen(terminal.io(), "> ");
  terminal.press("first\rsecond\rrest");
  terminal.end();
  terminal.written = "";
  const got = await Array.fromAsync(screen.lines());
  assert.deepEqual(got, ["first", "second"]);
  assert.equal(terminal.written.split(CLEAR).length - 1, 3);
});

Deno.test("openScreen() gives the terminal its mode back once, and prints plainly after that", async () => {
  const terminal = new TestTerminal();
  const screen = openScreen(terminal.io(), "> ");
  screen[Symbol.dispose]();
  assert.equal(terminal.isRaw, false);
  terminal.written = "";
  screen[Symbol.dispose]();
  screen.print("late");
  assert.equal(terminal.written, "late\n");
  assert.deepEqual(await Array.fromAsync(screen.lines()), []);
});

Deno.test("openScreen() ends the lines at Ctrl-D and at Ctrl-C", async () => {
  for (const key of ["\x04", "\x03"]) {
    const terminal = new TestTerminal();
    using screen = openScreen(terminal.io(), "> ");
    terminal.press(`a\r${key}b\r`);
    assert.deepEqual(await Array.fromAsync(screen.lines()), ["a"]);
  }
});

Deno.test("openScreen() uses plain streams where one end is no terminal", async () => {
  const io = memoryIo({ stdin: "a\nb\n" });
  using screen = openScreen(io, "> ");
  screen.print("text");
  assert.equal(io.stdout(), "text\n");
  assert.deepEqual(await Array.fromAsync(screen.lines()), ["a", "b"]);
});

Deno.test("plainScreen() leaves a terminal in its mode", () => {
  const terminal = new TestTerminal();
  using screen = plainScreen(terminal.io());
  screen.print("text");
  assert.equal(terminal.written, "text\n");
});
