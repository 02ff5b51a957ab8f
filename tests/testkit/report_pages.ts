/**
 * Reports of `securechat verify --html`, made by the command itself, of transcripts with hostile words and names.
 *
 * @module
 */

import assert from "node:assert/strict";
import { certificatePem } from "../../src/pki/certificate.ts";
import { main } from "../../src/main.ts";
import { ca2, identity2, SERVER2_NAME } from "./identities2.ts";
import { type MemoryIo, memoryIo } from "./memory_io.ts";
import { fileOf, RoomFiles } from "./room_files.ts";
import { SeededRandom } from "./seeded_random.ts";

/** Words that would break out of a page that takes them as they are. */
export const HOSTILE_WORDS: readonly string[] = [
  "<script>alert(1)</script>",
  `"onload="alert(1)`,
  "' onmouseover='alert(1)",
  "</td></table></main><h1>VALID</h1>",
  "</style><style>*{display:none}</style>",
  "<img src=http://evil.example/x.png>",
  "<!-- --><![CDATA[ ]]>&#60;b&#62;&lt;i&gt;",
  "\u202eevil\u202c \u2066isolate",
  "nul \0 escape \x1b[2J line\nbreak\u2028",
];

/** A name that a certificate may hold, which is printable ASCII. */
export const HOSTILE_NAME = `bob"><script>1</script>`;

/** A room whose member says hostile words; the last of them under no head. */
export async function hostileRoom(): Promise<readonly string[]> {
  const server = await identity2(SERVER2_NAME, "server");
  const bob = await identity2(HOSTILE_NAME, "client");
  const random = new SeededRandom("hostile");
  const files = await RoomFiles.open({
    ...{ server, room: `<script src="http://evil.example">` },
    random: (length) => random.bytes(length),
  });
  const visitor = await files.join(bob, "b1".repeat(16));
  for (const words of HOSTILE_WORDS) await files.say(visitor, words);
  await files.head();
  await files.say(visitor, "under no head");
  return visitor.lines;
}

/** Writes a file and the CA's certificate, and has a report of it made. */
export async function reportOf(
  folder: string,
  { bytes, args = [] }: { readonly bytes: Uint8Array | string; readonly args?: readonly string[] },
): Promise<MemoryIo & { readonly status: number; readonly html: string }> {
  const { certificate } = await ca2();
  const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  await Deno.writeFile(`${folder}/talk.jsonl`, data);
  const ca = args.includes("--ca") ? [] : ["--ca", `${folder}/ca-cert.pem`];
  if (ca.length > 0) await Deno.writeTextFile(`${folder}/ca-cert.pem`, certificatePem(certificate));
  const io = memoryIo();
  const page = `${folder}/report.html`;
  const all = ["verify", `${folder}/talk.jsonl`, ...ca, ...args, "--html", page, "--force"];
  const status = await main(all, io);
  assert.ok([0, 1, 3].includes(status), io.stderr());
  return { ...io, status, html: await Deno.readTextFile(page) };
}

/** Bytes of lines, as a transcript has them. */
export const linesOf: (lines: readonly string[]) => Uint8Array = fileOf;
