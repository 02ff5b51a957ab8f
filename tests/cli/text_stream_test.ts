import assert from "node:assert/strict";
import { paint } from "../../src/cli/style.ts";
import { type ByteSink, textStream } from "../../src/cli/text_stream.ts";

interface FakeSink extends ByteSink {
  readonly written: string[];
}

/** A sink that takes some bytes at a time, and may refuse. */
function fakeSink(
  options: { readonly terminal?: boolean; readonly refuse?: Error[] } = {},
): FakeSink {
  const written: string[] = [];
  const refuse = [...options.refuse ?? []];
  return {
    written,
    isTerminal: () => options.terminal ?? false,
    writeSync(bytes) {
      const error = refuse.shift();
      if (error !== undefined) throw error;
      const part = bytes.subarray(0, 3);
      written.push(new TextDecoder().decode(part));
      return part.length;
    },
  };
}

Deno.test("textStream() writes everything, also in parts and after a full pipe", () => {
  const sink = fakeSink({ refuse: [new Deno.errors.WouldBlock()] });
  const out = textStream(sink, { mayColour: true, onBroken: () => assert.fail("broken") });
  out.write("hello world\n");
  assert.equal(sink.written.join(""), "hello world\n");
});

Deno.test("textStream() falls silent when its reader has gone, and says so once", () => {
  let broken = 0;
  const sink = fakeSink({ refuse: [new Deno.errors.BrokenPipe()] });
  const out = textStream(sink, { mayColour: true, onBroken: () => broken++ });
  out.write("a");
  out.write("b");
  assert.deepEqual([sink.written, broken], [[], 1]);
});

Deno.test("textStream() has colour on a terminal without NO_COLOR alone", () => {
  // terminal, may colour, has colour
  const cases: readonly (readonly [boolean, boolean, boolean])[] = [
    [true, true, true],
    [true, false, false],
    [false, true, false],
  ];
  for (const [terminal, mayColour, hasColour] of cases) {
    const out = textStream(fakeSink({ terminal }), { mayColour, onBroken() {} });
    assert.equal(out.hasColour, hasColour);
    assert.equal(paint("x", { on: out, as: "red" }) !== "x", hasColour);
  }
});
