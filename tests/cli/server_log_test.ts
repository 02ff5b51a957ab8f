import assert from "node:assert/strict";
import type { Member } from "../../src/chat/member.ts";
import { startLog, stopLog } from "../../src/cli/log.ts";
import { logServerEvent } from "../../src/cli/server_log.ts";
import { ChatError } from "../../src/errors.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import { memoryIo } from "../testkit/memory_io.ts";

const HOSTILE = "\x1b[2J\u202e\u009b\n";
const MEMBER = { id: 1, address: "192.0.2.1:5", sinceMs: 0, username: `a${HOSTILE}` } as Member;

Deno.test("logServerEvent() logs who, where and what failed: printable, and never words or keys", async () => {
  const folder = await Deno.makeTempDir();
  await startLog(memoryIo(), { file: `${folder}/server.log`, level: "debug" });
  const error = new ChatError("SIG_FAIL", `cannot accept ${HOSTILE}`);
  const events: readonly SessionEvent[] = [
    { kind: "phase", phase: 1, text: "x" },
    { kind: "signed_in", email: `a@x${HOSTILE}`, username: "a" },
    { kind: "opened", sessionKey: new Uint8Array(16).fill(0x41) },
    { kind: "said", author: "peer", seqno: 1, ts: 0, text: "the secret words" },
    { kind: "refused", error },
    { kind: "ended", error },
    { kind: "ended" },
  ];
  logServerEvent({ kind: "connected", member: MEMBER });
  for (const event of events) logServerEvent({ kind: "session", member: MEMBER, event });
  await stopLog();
  const log = await Deno.readTextFile(`${folder}/server.log`);
  assert.equal(log.trim().split("\n").length, 7);
  for (const text of ["secret words", "\u202e", "\u009b", "\x1b"]) assert.ok(!log.includes(text));
  assert.match(log, /"message":"dropped: \\"SIG_FAIL\\": \\"cannot accept/);
  await Deno.remove(folder, { recursive: true });
});
