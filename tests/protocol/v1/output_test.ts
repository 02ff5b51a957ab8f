import assert from "node:assert/strict";
import { ChatError, type ErrorCode, ERRORS } from "../../../src/errors.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../../../src/protocol/frame.ts";
import { ended, handshakeState, output, statusFrame } from "../../../src/protocol/v1/output.ts";
import { messageOf } from "../../testkit/machines.ts";

Deno.test("statusFrame() tells a peer the wire text of every code and nothing else", () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const frame = statusFrame(new ChatError(code, "cannot open /home/alice/secret"));
    const { wire } = ERRORS[code];
    assert.deepEqual(messageOf(frame.subarray(4)), {
      type: "status",
      status: wire,
      message: wire,
    });
  }
});

Deno.test("handshakeState() turns what its step throws into the end of the session", async () => {
  const state = handshakeState("step", () => {
    throw new ChatError("FORMAT", "cannot read it");
  });
  const { session, send, events } = await state.step({ kind: "start" });
  assert.equal(session.patience, "ended");
  assert.equal(send.length, 1);
  const [event] = events;
  assert.equal(event?.kind === "ended" && event.error?.code, "FORMAT");
});

Deno.test("handshakeState() allows frames of the handshake and no words", () => {
  const state = handshakeState("person", () => ended());
  assert.equal(state.maxBodyBytes, HANDSHAKE_BODY_MAX_BYTES);
  assert.equal(state.maxTextBytes, 0);
});

Deno.test("ended() gives a session that ignores everything", async () => {
  const { session } = ended();
  const error = new ChatError("TIMEOUT", "cannot wait");
  const summary = { firstSeq: 0, lastSeq: 0, transcriptSha256: "" };
  const inputs = [
    { kind: "start" },
    { kind: "frame", body: new Uint8Array(), nowMs: 0 },
    { kind: "abort", error },
    { kind: "leave", summary },
  ] as const;
  for (const input of inputs) {
    assert.deepEqual(await session.step(input), output(session));
  }
});
