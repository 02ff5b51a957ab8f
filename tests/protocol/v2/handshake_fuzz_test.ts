/**
 * Random, mutated and misplaced frames in every state of both machines. 2,000 cases, or as many as
 * `SECURECHAT_FUZZ_CASES` says, which also prints the counts.
 */

import assert from "node:assert/strict";
import type { HandshakeStep } from "../../../src/protocol/v2/handshake.ts";
import { FixedHandshake, type HandshakeMessage } from "../../testkit/fixed_handshake.ts";
import { codeOf } from "../../testkit/fixed_machines.ts";
import { HandshakeFuzz } from "../../testkit/handshake_fuzz.ts";
import { handshakeKeys } from "../../testkit/handshake_keys.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";

const ASKED = Deno.env.get("SECURECHAT_FUZZ_CASES") ?? "";
const CASES = Number(ASKED || 2_000);
const SEED = Deno.env.get("SECURECHAT_FUZZ_SEED") || "handshake 1";
const NOW_MS = handshakeKeys().nowMs;

/** What a peer may be the cause of. */
const CODES = [
  "FORMAT",
  "HANDSHAKE",
  "BAD_CERT",
  "TAMPERED",
  "VERSION",
  "TIMEOUT", // these are told by a status
  "BUSY",
];

interface Machine {
  take(body: Uint8Array<ArrayBuffer>, nowMs: number): Promise<HandshakeStep>;
}

const STATES: Readonly<Record<HandshakeMessage, (shake: FixedHandshake) => Promise<Machine>>> = {
  client_hello: (shake) => shake.serverWaitingFor("client_hello"),
  server_hello: (shake) => shake.clientWaitingFor("server_hello"),
  server_auth: (shake) => shake.clientWaitingFor("server_auth"),
  client_auth: (shake) => shake.serverWaitingFor("client_auth"),
  ready: (shake) => shake.clientWaitingFor("ready"),
};

Deno.test(`${CASES} hostile frames meet a refusal with a code in every state, which ends it`, async () => {
  const shake = await FixedHandshake.of({ client: "client-ed25519", server: "server-ed25519" });
  const fuzz = await HandshakeFuzz.of(shake, new SeededRandom(SEED));
  const counts = new Map<string, number>();
  const states = Object.entries(STATES) as [HandshakeMessage, typeof STATES.ready][];
  for (let index = 0; index < CASES; index++) {
    const [wanted, make] = states[index % states.length] ?? states[0] ?? assert.fail();
    const { body, isAcceptable } = fuzz.next(wanted);
    const machine = await make(shake);
    const step = await machine.take(body, NOW_MS);
    const where = `seed "${SEED}", case ${index}, waiting for ${wanted}: ${body.toHex()}`;
    if (step.kind === "failed") {
      assert.ok(CODES.includes(step.error.code), `${step.error.code} ${where}`);
      assert.doesNotMatch(step.error.message, /\p{C}/u, where);
      assert.ok(step.send.length <= 1, where);
      const after = await machine.take(shake.bodies[wanted], NOW_MS);
      assert.deepEqual([after.kind, after.send], ["failed", []], where);
    } else assert.ok(isAcceptable, `accepted: ${where}`);
    const row = `${wanted.padEnd(13)} ${codeOf(step)}`;
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  assert.ok(counts.size >= 15, "too few kinds of outcome: the cases did not reach the machines");
  if (ASKED !== "") print(counts);
});

function print(counts: ReadonlyMap<string, number>): void {
  const rows = [...counts].sort().map(([row, count]) => `${String(count).padStart(6)}  ${row}`);
  const text = `\n${CASES} cases, seed "${SEED}"\n${rows.join("\n")}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
