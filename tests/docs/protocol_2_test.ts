/** docs/protocol-2.md shows the bytes of the vectors. */

import assert from "node:assert/strict";
import type { HandshakeTrace } from "../testkit/handshake_trace.ts";
import { VECTORS_URL } from "../testkit/protocol2_handshake_vectors.ts";
import { readDocument, rowsOf, sectionOf } from "./markdown.ts";

const page = readDocument("docs/protocol-2.md");

function readTrace(): HandshakeTrace {
  return JSON.parse(Deno.readTextFileSync(new URL("handshake-ed25519.json", VECTORS_URL)));
}

const trace = readTrace();

/** What a marked block must show. */
function valueOf(kind: string, message: string): string {
  const frame = trace.frames[message] ?? "";
  if (kind === "frame") return frame;
  if (kind === "plain") return trace.plain[message] ?? "";
  return new TextDecoder().decode(Uint8Array.fromHex(frame.slice(8)));
}

/** Whether a text with `…` for what is left out is the value. */
function isShown(shown: string, value: string): boolean {
  const pieces = shown.split("…").map((piece) => piece.replace(/\s/g, ""));
  const [first = ""] = pieces;
  if (!value.startsWith(first) || !value.endsWith(pieces.at(-1) ?? "")) return false;
  let at = 0;
  for (const piece of pieces) {
    const found = value.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return true;
}

Deno.test("docs/protocol-2.md shows the bytes of the vectors, of every message", () => {
  const blocks = [...page.matchAll(/<!-- vector: (\w+) (\w+) -->\n\n```text\n([^]*?)\n```/g)];
  const messages = new Set(blocks.map(([, , message]) => message));
  assert.deepEqual([...messages], Object.keys(trace.frames));
  for (const [, kind = "", message = "", shown = ""] of blocks) {
    assert.ok(isShown(shown, valueOf(kind, message)), `${kind} ${message}`);
  }
});

Deno.test("docs/protocol-2.md gives the sizes of the frames", () => {
  for (const [message, frame] of Object.entries(trace.frames)) {
    const part = sectionOf(page, `### ${message}`).replaceAll("\n", " ");
    const size = `Body ${frame.length / 2 - 4} bytes, header \`${frame.slice(0, 8)}\`.`;
    assert.ok(part.includes(size), `${message}: ${size}`);
  }
});

Deno.test("docs/protocol-2.md gives every value of the key schedule", () => {
  const shown = new Map<string, string>();
  for (const [name = "", value = ""] of rowsOf(sectionOf(page, "## 3. Key schedule"))) {
    const bare = /^`([^`]+)`/.exec(name)?.[1] ?? name;
    shown.set(bare, (shown.get(bare) ?? "") + value.replaceAll("`", ""));
  }
  assert.deepEqual(Object.fromEntries(shown), { ...trace.derived, session: trace.session });
});
