import assert from "node:assert/strict";
import { readLines } from "../../../src/transcript/v1/lines.ts";
import { readTranscript } from "../../../src/transcript/v1/reader.ts";
import { readOriginal } from "../../testkit/original.ts";

const ORIGINAL = "client_458e229240a7c55d_20261122_235904.transcript";
const RULE = "=".repeat(80);
const HEAD = `# SecureChat Transcript\n# Session ID: 00112233445566aa\n# Role: client\n`;

/** Files with one fault of form: the text, its line, its severity. */
const FAULTS: readonly (readonly [string, number, "error" | "warning", string])[] = [
  ["", 1, "error", "an empty file"],
  ["\n\n", 1, "error", "empty lines alone"],
  [`\ufeff${HEAD}${RULE}\n`, 1, "error", "a byte order mark"],
  [HEAD, 3, "error", "no rule"],
  [`# SecureChat Transcript\n${RULE}\n`, 1, "error", "no role"],
  [`# SecureChat Transcript\n# Role: king\n${RULE}\n`, 2, "error", "an unknown role"],
  [`${HEAD}# Role: server\n${RULE}\n`, 4, "error", "two roles"],
  [`${HEAD}# Started: yesterday\n${RULE}\n`, 4, "error", "a start that is no date"],
  [`${HEAD}hello\n${RULE}\n`, 4, "error", "text in the header"],
  [`${HEAD}# Total messages: 0\n${RULE}\n`, 4, "error", "a footer in the header"],
  [`${HEAD}${RULE}\n# Role: server\n`, 5, "error", "a header among the entries"],
  [`${HEAD}${RULE}=\n`, 4, "error", "a rule of 81 characters"],
  [`${HEAD}${RULE}\n${RULE}\n${RULE}\n`, 6, "error", "three rules"],
  [`${HEAD}${RULE}\n${RULE}\n# Total messages: 01\n`, 6, "error", "a total with a leading zero"],
  [`${HEAD}${RULE}\n${RULE}\n# Session Receipt: {}\n`, 6, "error", "an empty receipt"],
  [
    `${HEAD}${RULE}\n${RULE}\n# Session Receipt:\n{\n}\n`,
    6,
    "error",
    "an indented receipt of nothing",
  ],
  [
    `${HEAD}${RULE}\n${RULE}\n# Session Receipt:${"\n{".repeat(40)}\n`,
    6,
    "error",
    "a receipt without end",
  ],
  [`${HEAD}${RULE}\n${RULE}\nhello\n`, 6, "error", "text behind the footer"],
  [`${HEAD}${RULE}\n1|2|AA`, 5, "warning", "a torn entry"],
  [`${HEAD}${RULE}\n${RULE.slice(9)}`, 5, "warning", "a torn rule"],
  [`${HEAD}${RULE}\n${RULE}\n# Total messages: 1`, 6, "warning", "a torn total"],
  [`${HEAD}${RULE}\n${RULE}\n# Session Receipt: {"a`, 6, "warning", "a torn receipt"],
  [`${HEAD}${RULE}\n${RULE}\n# Session Receipt:\n{\n`, 6, "warning", "a torn indented receipt"],
];

for (const [text, line, severity, what] of FAULTS) {
  Deno.test(`readTranscript() finds ${what}`, async () => {
    const [finding] = (await readTranscript(text)).findings;
    assert.deepEqual([finding?.line, finding?.severity], [line, severity]);
  });
}

Deno.test("readTranscript() reads the original's indented receipt", async () => {
  const file = await readTranscript(readOriginal(ORIGINAL));
  assert.deepEqual(file.findings, []);
  assert.equal(file.entries.length, 6);
  assert.equal(file.receipt?.line, 18);
  assert.equal(file.receipt?.value.peer, "client");
  assert.equal(file.receipt?.value.transcriptSha256, file.transcriptSha256);
  assert.equal(file.hash?.value, file.transcriptSha256);
});

Deno.test("readTranscript() skips comments and empty lines among entries", async () => {
  const text = readOriginal(ORIGINAL);
  const lines = text.split("\n");
  const noted = lines.toSpliced(8, 0, "# a note", "").join("\n");
  assert.equal(
    (await readTranscript(noted)).transcriptSha256,
    (await readTranscript(text)).transcriptSha256,
  );
});

Deno.test("readTranscript() keeps broken entries with their lines", async () => {
  const file = await readTranscript(`${HEAD}${RULE}\nhello\n\nworld\n${RULE}\n`);
  assert.deepEqual(file.entries.map((entry) => ["fault" in entry, entry.line]), [
    [true, 5],
    [true, 7],
  ]);
});

Deno.test("readTranscript() stops after a thousand broken lines", async () => {
  const file = await readTranscript(`${HEAD}${RULE}\n${"x\n".repeat(100_000)}`);
  assert.equal(file.lastLine, 1005);
  assert.equal(file.findings.at(-1)?.severity, "error");
});

Deno.test("readTranscript() stops at a line above its bound without holding it", async () => {
  async function* endless(): AsyncGenerator<Uint8Array, void> {
    yield new TextEncoder().encode(`${HEAD}${RULE}\n`);
    for (let index = 0; index < 1000; index++) {
      await Promise.resolve();
      yield new Uint8Array(65_536).fill(0x41);
    }
    assert.fail("the whole line was read");
  }
  const file = await readTranscript(endless());
  assert.deepEqual(file.findings.map(({ line, severity }) => [line, severity]), [[5, "error"]]);
});

Deno.test("readLines() refuses a file above its bound with FILE", async () => {
  const limits = { lineMaxBytes: 10, totalMaxBytes: 20 };
  await assert.rejects(Array.fromAsync(readLines("12345\n".repeat(4), limits)), { code: "FILE" });
});

Deno.test("readLines() decodes a character that two chunks share", async () => {
  async function* split(): AsyncGenerator<Uint8Array, void> {
    for (const byte of new TextEncoder().encode("é\nü")) {
      await Promise.resolve();
      yield new Uint8Array([byte]);
    }
  }
  const limits = { lineMaxBytes: 10, totalMaxBytes: 20 };
  const lines = await Array.fromAsync(readLines(split(), limits));
  assert.deepEqual(lines.map(({ text }) => text), ["é", "ü"]);
});
