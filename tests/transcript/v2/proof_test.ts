/** One statement alone: the proof verifies by itself, and nothing in it can be changed. */

import assert from "node:assert/strict";
import { verifyProof } from "../../../src/transcript/v2/proof.ts";
import { encodeStatement, leafHash, parseStatement } from "../../../src/protocol/v2/statement.ts";
import { asChatError } from "../../../src/errors.ts";
import { identity2, SERVER2_NAME, trust2 } from "../../testkit/identities2.ts";
import { proofIn } from "../../testkit/prove.ts";
import { smallTalk } from "../../testkit/room_files.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";

const random = new SeededRandom("proofs");

async function cast() {
  return {
    server: await identity2(SERVER2_NAME, "server"),
    alice: await identity2("alice", "client"),
    bob: await identity2("bob", "client"),
  };
}

async function prove(side: "server" | "alice" | "bob", index: number, by?: string) {
  const files = await smallTalk(await cast(), { random: (length) => random.bytes(length) });
  return await proofIn(files[side], { index, by, anchors: (await trust2()).anchors });
}

Deno.test("a proof shows each entry of each file under a head of the server", async () => {
  const { anchors } = await trust2();
  for (const [side, from, to] of [["server", 0, 12], ["alice", 0, 11], ["bob", 3, 9]] as const) {
    for (let index = from; index < to; index++) {
      const proven = await verifyProof(await prove(side, index), { anchors });
      assert.deepEqual([proven.index, proven.signerRole], [index, "server"], `${side} ${index}`);
    }
  }
});

Deno.test("a proof may be under the head of another member, and names who said what", async () => {
  const { alice, bob } = await cast();
  const { anchors } = await trust2();
  const proven = await verifyProof(
    await prove("server", 2, bob.fingerprint).catch(() => prove("server", 6, bob.fingerprint)),
    { anchors },
  );
  assert.deepEqual([proven.signer.name, proven.signerRole], ["bob", "client"]);
  const own = await verifyProof(await prove("alice", 2, alice.fingerprint), { anchors });
  assert.deepEqual([own.author.name, own.statement.text], ["alice", "is the pump off?"]);
});

Deno.test("nobody's head over an entry is NO_INPUT, as is an entry that is not there", async () => {
  const { bob } = await cast();
  await assert.rejects(prove("bob", 2), { code: "NO_INPUT" });
  await assert.rejects(prove("alice", 99), { code: "NO_INPUT" });
  await assert.rejects(prove("server", 0, bob.fingerprint), { code: "NO_INPUT" });
});

/** 300 changes; SECURECHAT_PROOF_MUTATIONS=2000 for more. */
const COUNT = Number(Deno.env.get("SECURECHAT_PROOF_MUTATIONS") ?? 300);

type Proof = Record<string, unknown> & { readonly path: readonly string[]; readonly index: number };

/** Changes of a proof's members; each gives another text than the proof's. */
const EDITS: Readonly<Record<string, (proof: Proof, other: Proof) => Proof>> = {
  "member of another proof": (proof, other) => {
    const keys = Object.keys(proof).filter((key) => !same(proof[key], other[key]));
    const key = random.pick(keys);
    return { ...proof, [key]: other[key] };
  },
  "path without a hash": (proof) => {
    return { ...proof, path: proof.path.toSpliced(random.below(proof.path.length), 1) };
  },
  "path with a hash more": (proof) => {
    const hash = random.pick(proof.path);
    return { ...proof, path: proof.path.toSpliced(random.below(proof.path.length + 1), 0, hash) };
  },
  "path reversed": (proof) => ({ ...proof, path: proof.path.toReversed() }),
  "path's hash changed": (proof) => {
    const at = random.below(proof.path.length);
    return { ...proof, path: proof.path.with(at, random.bytes(32).toHex()) };
  },
  "index moved": (proof) => ({ ...proof, index: proof.index + random.pick([-1, 1, 2, 64]) }),
  "key more": (proof) => ({ ...proof, zeal: 1 }),
  "version": (proof) => ({ ...proof, version: 3 }),
  "chain and signer swapped": (proof) => ({ ...proof, chain: proof.signer, signer: proof.chain }),
  "signatures swapped": (proof) => ({ ...proof, sig: proof.headsig, headsig: proof.sig }),
};

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** One change: a bit of its bytes, its spelling, or a member. */
function changed(text: string, others: readonly string[]): { kind: string; bytes: Uint8Array } {
  const kind = random.pick(["bit", "bit", "space", ...Object.keys(EDITS), ...Object.keys(EDITS)]);
  if (kind === "bit" || kind === "space") {
    const bytes = new TextEncoder().encode(text);
    const at = random.below(bytes.length);
    if (kind === "bit") bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(7));
    return {
      kind,
      bytes: kind === "bit"
        ? bytes
        : new Uint8Array([...bytes.slice(0, at), 32, ...bytes.slice(at)]),
    };
  }
  const proof = JSON.parse(text) as Proof;
  const other = JSON.parse(random.pick(others)) as Proof;
  const edited = EDITS[kind]?.(proof, other) ?? proof;
  return { kind, bytes: new TextEncoder().encode(JSON.stringify(edited)) };
}

Deno.test(`of ${COUNT} changed proofs none verifies, and none from another CA`, async () => {
  const { anchors } = await trust2();
  const { bob } = await cast();
  const decoder = new TextDecoder();
  const texts = [
    ...await Promise.all([2, 3, 5, 6, 8].map((index) => prove("alice", index))),
    await prove("server", 6, bob.fingerprint),
  ].map((bytes) => decoder.decode(bytes));
  const counts: Record<string, Record<string, number>> = {};
  for (let done = 0; done < COUNT; done++) {
    const text = random.pick(texts);
    const { kind, bytes } = changed(text, texts.filter((other) => other !== text));
    if (decoder.decode(bytes) === text) continue;
    const error = await verifyProof(bytes, { anchors }).then(() => undefined, asChatError);
    assert.ok(error !== undefined && error.code !== "INTERNAL", `${kind}: ${error?.message}`);
    const row = counts[kind] ??= {};
    row[error.code] = (row[error.code] ?? 0) + 1;
  }
  // deno-lint-ignore no-console -- the campaign's figures
  console.table(counts);
  const { anchors: others } = await trust2("Another CA");
  const [proof = ""] = texts;
  await assert.rejects(verifyProof(new TextEncoder().encode(proof), { anchors: others }), {
    code: "BAD_CERT",
  });
});

Deno.test("a proof has no byte of another's words, and its hashes tell nobody who guesses them", async () => {
  const { anchors } = await trust2();
  const files = await smallTalk(await cast(), { random: (length) => random.bytes(length) });
  const statements = files.alice.flatMap((line) => {
    const value = JSON.parse(line);
    return value.type === "entry" ? [parseStatement(Uint8Array.fromBase64(value.stmt))] : [];
  });
  const entries = files.alice.map((line) => JSON.parse(line)).filter(({ type }) =>
    type === "entry"
  );
  const index = 2;
  const proof = JSON.parse(
    new TextDecoder().decode(await proofIn(files.alice, { index, anchors })),
  ) as Proof;
  const spelled = JSON.stringify(proof) + new TextDecoder().decode(
    Uint8Array.fromBase64(String(proof.stmt)),
  );
  for (const [at, { kind, text, salt }] of statements.entries()) {
    if (at === index || !["say", "notice"].includes(kind)) continue;
    assert.ok(!spelled.includes(text), text);
    assert.ok(!spelled.includes(salt.toBase64()), `salt of entry ${at}`);
  }
  // Whoever knows every word but not the salt makes other leaves than those behind the path.
  for (const [at, { stmt, sig }] of entries.entries()) {
    if (at === index) continue;
    const known = parseStatement(Uint8Array.fromBase64(stmt));
    const guess = encodeStatement({ ...known, salt: random.bytes(16) });
    const leaf = leafHash({ stmt: guess, sig: Uint8Array.fromBase64(sig) }).toHex();
    assert.ok(!proof.path.includes(leaf));
  }
});
