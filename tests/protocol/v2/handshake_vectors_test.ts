import assert from "node:assert/strict";
import { asChatError } from "../../../src/errors.ts";
import { FrameReader, HANDSHAKE_BODY_MAX_BYTES } from "../../../src/protocol/frame.ts";
import { chooseVersion } from "../../../src/protocol/v2/version.ts";
import type { FaultCase } from "../../testkit/fault_case.ts";
import { FixedHandshake } from "../../testkit/fixed_handshake.ts";
import { codeOf } from "../../testkit/fixed_machines.ts";
import { handshakeKeys } from "../../testkit/handshake_keys.ts";
import type { HandshakeTrace } from "../../testkit/handshake_trace.ts";
import {
  type FaultFile,
  handshakeVectorFiles,
  TRACED_KEY_TYPES,
  VECTORS_URL,
} from "../../testkit/protocol2_handshake_vectors.ts";

const NOW_MS = handshakeKeys().nowMs;

function textOf(name: string): string {
  return Deno.readTextFileSync(new URL(name, VECTORS_URL));
}

function readVector<T>(name: string): T {
  return JSON.parse(textOf(name));
}

Deno.test("the committed handshake vectors are those that the generator makes", async () => {
  for (const [name, text] of await handshakeVectorFiles()) {
    assert.equal(textOf(name), text, name);
  }
});

Deno.test("the machines go through the recorded handshakes byte by byte", async () => {
  for (const keyType of TRACED_KEY_TYPES) {
    const trace = readVector<HandshakeTrace>(`handshake-${keyType}.json`);
    const { client, server } = (await FixedHandshake.of(trace.sides)).channels;
    assert.deepEqual([client.session, server.session], [trace.session, trace.session]);
    assert.equal(client.signIn, trace.signin);
    const shake = await FixedHandshake.of(trace.sides);
    const machine = await shake.clientWaitingFor("server_hello");
    await machine.take(body(trace.frames["server_hello"]), NOW_MS);
    const { send, notes } = await machine.take(body(trace.frames["server_auth"]), NOW_MS);
    assert.equal(send[0]?.toHex(), trace.frames["client_auth"]);
    const session = notes.flatMap(({ derived }) => derived).find(({ name }) => name === "session");
    assert.equal(session?.shown, trace.session);
  }
});

const { cases, sides } = readVector<FaultFile>("handshake-faults.json");
const shake = await FixedHandshake.of(sides);

/** What a receiver does with a frame: the code, and the frames that it sends. */
async function receive({ waits, frame }: FaultCase): Promise<readonly [string, string]> {
  const machine = waits === "client_hello" || waits === "client_auth"
    ? await shake.serverWaitingFor(waits)
    : await shake.clientWaitingFor(waits);
  try {
    const taken = body(frame);
    if (waits === "client_hello") chooseVersion(taken, [2]);
    const step = await machine.take(taken, NOW_MS);
    return [codeOf(step), step.kind === "failed" ? hexOf(step.send) : ""];
  } catch (error) {
    const refusal = asChatError(error);
    return [refusal.code, hexOf(machine.abort(refusal))];
  }
}

function body(frame = ""): Uint8Array<ArrayBuffer> {
  const reader = new FrameReader();
  reader.push(Uint8Array.fromHex(frame));
  const whole = reader.next(HANDSHAKE_BODY_MAX_BYTES);
  assert.ok(whole !== undefined && !reader.isInsideFrame);
  return whole;
}

function hexOf(frames: readonly Uint8Array[]): string {
  return frames.map((frame) => frame.toHex()).join("");
}

Deno.test("every recorded fault ends with its code, and the other side hears what it should", async () => {
  assert.ok(cases.length >= 225, `only ${cases.length} cases`);
  const wrong: string[] = [];
  for (const one of cases) {
    const [code, sent] = await receive(one);
    if (code === one.expect && sent === one.reply) continue;
    wrong.push(
      `${one.waits}: ${one.name}: ${code}, expected ${one.expect}; sent ${sent || "nothing"}`,
    );
  }
  assert.deepEqual(wrong, []);
});

Deno.test("every fault has a name of its own in its state", () => {
  const names = cases.map(({ waits, name }) => `${waits}: ${name}`);
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
});
