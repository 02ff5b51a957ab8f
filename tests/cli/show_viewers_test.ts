/** `securechat show --who-saw`. */

import assert from "node:assert/strict";
import { certificatePem } from "../../src/pki/certificate.ts";
import { main } from "../../src/main.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";
import { transcriptRoot, TRANSCRIPTS_URL } from "../testkit/transcript_keys.ts";

async function whoSaw(name: string, index: string) {
  return await inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, certificatePem(transcriptRoot()));
    const file = new URL(name, TRANSCRIPTS_URL).pathname;
    const io = memoryIo();
    const args = ["show", file, "--ca", `${folder}/ca.pem`, "--who-saw", index];
    return { status: await main(args, io), text: io.stdout(), error: io.stderr() };
  });
}

Deno.test("show --who-saw names who was there and who was sent the entry later", async () => {
  const { status, text } = await whoSaw("good_server.jsonl", "2");
  assert.equal(status, 0);
  assert.match(text, /^entry 2, by "alice", placed 2026-\S+Z: 1 in the room, and the server\n/);
  assert.match(text, /^ {2}alice +[0-9a-f]{64} {2}came with entry 1, left with entry 7$/m);
  assert.match(text, /sent it\n {2}bob +[0-9a-f]{64} {2}came with entry 3, sent from entry 2$/m);
});

Deno.test("show --who-saw says of a file that begins later what it cannot tell", async () => {
  const { text } = await whoSaw("good_bob.jsonl", "4");
  assert.match(text, /alice +\S{64} {2}there before this file$/m);
  assert.match(text, /^This file does not begin with the log/m);
});

Deno.test("show --who-saw refuses what a file does not have, an INVALID file, and protocol 1", async () => {
  const absent = await whoSaw("good_bob.jsonl", "99");
  assert.equal(absent.status, 4);
  assert.match(absent.error, /\[NO_INPUT\] cannot tell who saw entry 99: the file has 2 to 5/);
  const bad = await whoSaw("entries_swapped.jsonl", "2");
  assert.deepEqual([bad.status, bad.text], [1, ""]);
  const classic = await whoSaw("v1/good_client.transcript", "2");
  assert.equal(classic.status, 1);
  assert.match(classic.error, /\[FORMAT\]/);
  assert.equal((await whoSaw("good_bob.jsonl", "-1")).status, 2);
});
