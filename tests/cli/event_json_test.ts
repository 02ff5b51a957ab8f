import assert from "node:assert/strict";
import fc from "fast-check";
import { printable } from "../../src/bytes/printable.ts";
import { eventJson } from "../../src/cli/event_json.ts";
import { jsonLine } from "../../src/cli/json_line.ts";
import { ChatError } from "../../src/errors.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import { testIdentity } from "../testkit/chat_world.ts";

const RECEIPT = {
  peer: "server",
  firstSeq: 1,
  lastSeq: 2,
  transcriptSha256: "ab".repeat(32),
  sig: "AA==",
} as const;
const ERROR = new ChatError("SIG_FAIL", "cannot accept message 1");

Deno.test("eventJson() gives every event that a script needs, and no key", async () => {
  const { certificate } = await testIdentity("client", "client");
  const events: readonly SessionEvent[] = [
    { kind: "phase", phase: 1, text: "x" },
    { kind: "peer", certificate },
    { kind: "sign_in_wanted" },
    { kind: "registered", email: "a@x", salt: new Uint8Array(16) },
    { kind: "signed_in", email: "a@x", username: "" },
    { kind: "opened", sessionKey: new Uint8Array(16) },
    { kind: "said", author: "self", seqno: 1, ts: 2, text: "hi" },
    { kind: "refused", error: ERROR },
    { kind: "told", status: "REPLAY", message: "again" },
    { kind: "receipt_made", receipt: RECEIPT },
    { kind: "peer_left", receipt: RECEIPT },
    { kind: "peer_left", receipt: RECEIPT, error: ERROR },
    { kind: "ended" },
    { kind: "ended", error: ERROR },
  ];
  const values = events.map(eventJson).filter((value) => value !== undefined);
  const names = values.map((value) => value.event);
  assert.deepEqual(names, [
    "phase",
    "server",
    "signed_in",
    "message",
    "refused",
    "status",
    "receipt",
    "receipt",
    "receipt",
    "ended",
    "ended",
  ]);
  assert.deepEqual(values.slice(-2), [{ event: "ended", code: null }, {
    event: "ended",
    code: "SIG_FAIL",
  }]);
  assert.equal(values.find((value) => value.event === "signed_in")?.["username"], null);
});

Deno.test("jsonLine() means the same and holds nothing that a terminal would obey", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const line = jsonLine({ event: "message", text: `${text}\u202e\u009b\x7f\u2028\u{e0041}` });
    assert.equal(printable(line), line);
    const value = JSON.parse(line) as { text: string };
    assert.equal(value.text, `${text}\u202e\u009b\x7f\u2028\u{e0041}`);
  }));
});
