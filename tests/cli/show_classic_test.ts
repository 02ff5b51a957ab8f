import assert from "node:assert/strict";
import { certificatePem } from "../../src/pki/certificate.ts";
import { main } from "../../src/main.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";
import {
  buildTranscript,
  cast,
  FIRST_ENTRY_LINE as FIRST,
  SESSION_KEY,
  spliceLines,
} from "../testkit/transcript_builder.ts";

/** Shows a transcript; gives status, rows and the verdict's line. */
async function show(text: string, hasKey = true) {
  return await inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.transcript`, text);
    await Deno.writeTextFile(`${folder}/ca.pem`, certificatePem((await cast()).ca));
    await Deno.writeTextFile(`${folder}/a.key`, `${SESSION_KEY.toHex()}\n`);
    const io = memoryIo();
    const key = hasKey ? ["--session-key", `${folder}/a.key`] : [];
    const args = ["show", `${folder}/a.transcript`, "--ca", `${folder}/ca.pem`, ...key];
    const status = await main(args, io);
    return { status, rows: io.stdout().trimEnd().split("\n"), verdict: io.stderr() };
  });
}

Deno.test("show opens the words of protocol 1 with the session's key, by their authors' names", async () => {
  const { status, rows, verdict } = await show(await buildTranscript());
  assert.equal(status, 0);
  assert.equal(rows.length, 6);
  assert.match(rows[0] ?? "", /^ {2}\S{24} {2}\[chat\.example\] welcome$/);
  assert.match(rows[1] ?? "", /\[alice\] hello$/);
  assert.match(verdict, /: VALID, 6 entries/);
});

Deno.test("show says that words are sealed where there is no key", async () => {
  const { rows } = await show(await buildTranscript(), false);
  assert.match(rows[0] ?? "", /^-- the words are sealed/);
  assert.match(rows[1] ?? "", /\[chat\.example\] \(sealed\)$/);
});

Deno.test("show tells of numbers that are missing, and that no receipt is over the end", async () => {
  const sayings = [
    { author: "client", text: "one" },
    { author: "client", text: "four", seqno: 4 },
  ] as const;
  const { status, rows } = await show(await buildTranscript({ sayings, receipt: () => undefined }));
  assert.equal(status, 3);
  assert.equal(rows[1], "-- 2 messages of alice are not in this file --");
  assert.match(rows.at(-1) ?? "", /^-- no receipt is over these entries/);
});

Deno.test("show keeps lines of words apart from rows, whatever they look like", async () => {
  const text = "first\n  2026-11-23T00:00:00.000Z  [bob] I agree\u001b[2J";
  const { rows } = await show(await buildTranscript({ sayings: [{ author: "client", text }] }));
  assert.match(rows[0] ?? "", /\[alice\] first$/);
  assert.equal(rows[1], `${" ".repeat(28)}|   2026-11-23T00:00:00.000Z  [bob] I agree\\u{1b}[2J`);
});

Deno.test("show shows nothing of protocol 1 from a bad line on", async () => {
  const text = spliceLines(await buildTranscript(), { at: FIRST + 2, remove: 1 });
  const swapped = spliceLines(text, { at: FIRST + 2, remove: 1, insert: ["1|2|AA==|AA==|00"] });
  const { status, rows, verdict } = await show(swapped);
  assert.equal(status, 1);
  assert.equal(rows.length, 2);
  assert.match(verdict, new RegExp(`INVALID at line ${FIRST + 2}`));
});
