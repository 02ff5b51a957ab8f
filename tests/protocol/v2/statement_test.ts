import assert from "node:assert/strict";
import { importLeafSigningKey, type LeafSigningKey } from "../../../src/crypto/leaf_signature.ts";
import { importVerifyKey } from "../../../src/crypto/signature.ts";
import { generatePrivateKey } from "../../../src/pki/private_key.ts";
import {
  encodeHead,
  type Head,
  openHead,
  parseHead,
  signHead,
} from "../../../src/protocol/v2/head.ts";
import { type Signer, signLabelled } from "../../../src/protocol/v2/labelled_signature.ts";
import { EMPTY_ROOT } from "../../../src/protocol/v2/merkle_tree.ts";
import {
  encodeStatement,
  leafHash,
  openStatement,
  parseStatement,
  signStatement,
  type Statement,
} from "../../../src/protocol/v2/statement.ts";

const [fp, other, log, session] = ["a", "b", "c", "d"].map((digit, index) =>
  digit.repeat(index < 2 ? 64 : 32)
) as [string, string, string, string];

const SAY: Statement = {
  ...{
    author: fp,
    kind: "say",
    log,
    room: "pump room",
    root: EMPTY_ROOT,
    seq: 1,
    session,
    size: 0,
  },
  ...{ salt: new Uint8Array(16).fill(1), text: "is the pump off?", ts: 1_795_000_000_000 },
};
const HEAD: Head = {
  ...{ by: fp, final: false, from: 2, log, room: "pump room", root: EMPTY_ROOT, session, size: 7 },
  ts: 1_795_000_000_000,
};

interface Party {
  readonly key: LeafSigningKey;
  readonly signer: Signer;
}

async function party(type: "ed25519" | "ec-p256" | "rsa-2048", fingerprint = fp): Promise<Party> {
  const pair = await generatePrivateKey(type);
  const key = await importLeafSigningKey(pair.pkcs8Der);
  return { key, signer: { fingerprint, key: importVerifyKey(pair.spkiDer) } };
}

const alice = await party("ed25519");
const mallory = await party("ed25519");

Deno.test("parseStatement() inverts encodeStatement() for any text", () => {
  for (const text of ["", "x", "\u0000\n\u202e", "😀".repeat(2000)]) {
    const statement = { ...SAY, text };
    assert.deepEqual(parseStatement(encodeStatement(statement)), statement);
  }
});

Deno.test("encodeStatement() and parseStatement() take 32,768 bytes and no more", () => {
  const rest = encodeStatement({ ...SAY, text: "" }).length;
  const longest = { ...SAY, text: "x".repeat(32_768 - rest) };
  assert.deepEqual(parseStatement(encodeStatement(longest)), longest);
  const over = { ...SAY, text: `${longest.text}x` };
  assert.throws(() => encodeStatement(over), { code: "FRAME_TOO_LARGE" });
  const bytes = new TextDecoder().decode(encodeStatement(longest)).replace("xx", "xxx");
  assert.throws(() => parseStatement(new TextEncoder().encode(bytes)), { code: "FORMAT" });
});

Deno.test("parseStatement() refuses what a kind cannot say with FORMAT", () => {
  const own = { ...SAY, session: log };
  const good: readonly Statement[] = [
    { ...own, kind: "open", text: "" },
    { ...own, kind: "notice", text: "maintenance at noon" },
    { ...own, kind: "join", text: other },
    { ...own, kind: "leave", text: other },
    { ...own, kind: "remove", text: other, size: 9, seq: 3 },
    own, // the server may say something too
  ];
  for (const statement of good) {
    assert.deepEqual(parseStatement(encodeStatement(statement)), statement);
  }
  const bad: readonly Statement[] = [
    { ...own, kind: "open", text: "hello" },
    { ...own, kind: "open", text: "", size: 1 },
    { ...own, kind: "open", text: "", seq: 2 },
    { ...own, kind: "open", text: "", root: fp },
    { ...own, kind: "remove", text: "bob" },
    { ...own, kind: "join", text: "" },
    { ...SAY, kind: "notice" },
    { ...SAY, kind: "open", text: "" },
  ];
  for (const statement of bad) {
    assert.throws(() => encodeStatement(statement), { code: "FORMAT" }, statement.kind);
    const spoken = new TextDecoder().decode(encodeStatement({ ...statement, kind: "say" }));
    const bytes = new TextEncoder().encode(spoken.replace('"say"', `"${statement.kind}"`));
    assert.throws(() => parseStatement(bytes), { code: "FORMAT" }, statement.kind);
  }
});

Deno.test("parseStatement() and parseHead() refuse every key that is missing, added or wrong", () => {
  const parsers = [[SAY, encodeStatement(SAY), parseStatement], [
    HEAD,
    encodeHead(HEAD),
    parseHead,
  ]];
  for (
    const [value, bytes, parse] of parsers as [object, Uint8Array, (b: Uint8Array) => unknown][]
  ) {
    const object = JSON.parse(new TextDecoder().decode(bytes));
    const refuses = (change: object, what: string) => {
      const changed = Object.entries({ ...object, ...change }).filter(([, one]) =>
        one !== undefined
      );
      const text = JSON.stringify(Object.fromEntries(changed.sort(([a], [b]) => a < b ? -1 : 1)));
      assert.throws(() => parse(new TextEncoder().encode(text)), { code: "FORMAT" }, what);
    };
    refuses({ zzz: 1 }, "added");
    for (const key of Object.keys(value)) {
      refuses({ [key]: undefined }, `without ${key}`);
      refuses({ [key]: ["x"] }, `wrong ${key}`);
    }
  }
});

for (const type of ["ed25519", "ec-p256", "rsa-2048"] as const) {
  Deno.test(`openStatement() and openHead() take what a key of type ${type} signed`, async () => {
    const { key, signer } = await party(type);
    const stmt = encodeStatement(SAY);
    const sig = await signStatement(key, stmt);
    assert.deepEqual(openStatement(signer, { stmt, sig }), SAY);
    assert.deepEqual(openHead(signer, await signHead(key, HEAD)), HEAD);
  });
}

Deno.test("openStatement() refuses other bytes, other keys, other authors with SIG_FAIL", async () => {
  const stmt = encodeStatement(SAY);
  const sig = await signStatement(alice.key, stmt);
  const altered = encodeStatement({ ...SAY, text: "is the pump on?" });
  const relabelled = encodeStatement({ ...SAY, author: other });
  const relabelledSig = await signStatement(alice.key, relabelled);
  const forgeries = [
    { stmt: altered, sig },
    { stmt, sig: await signStatement(mallory.key, stmt) },
    { stmt, sig: new Uint8Array(64) },
    { stmt, sig: sig.subarray(0, 63) },
    { stmt: relabelled, sig: relabelledSig },
  ];
  for (const forgery of forgeries) {
    assert.throws(() => openStatement(alice.signer, forgery), { code: "SIG_FAIL" });
  }
});

Deno.test("openStatement() and openHead() refuse a signature that was made for another use", async () => {
  const stmt = encodeStatement(SAY);
  const head = encodeHead(HEAD);
  for (const label of ["head", "server auth", "client auth"] as const) {
    const sig = await signLabelled(alice.key, { label, bytes: stmt });
    assert.throws(() => openStatement(alice.signer, { stmt, sig }), { code: "SIG_FAIL" });
  }
  const sig = await signLabelled(alice.key, { label: "statement", bytes: head });
  assert.throws(() => openHead(alice.signer, { head, sig }), { code: "SIG_FAIL" });
  const bare = await alice.key.sign(stmt);
  assert.throws(() => openStatement(alice.signer, { stmt, sig: bare }), { code: "SIG_FAIL" });
});

Deno.test("leafHash() is another one for other bytes, another signature, another cut", () => {
  const [a, b, c] = [[1, 2], [3], [2, 3]].map((list) => new Uint8Array(list)) as [
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>,
  ];
  const one = new Uint8Array([1]);
  const hashes = [{ stmt: a, sig: b }, { stmt: one, sig: c }, { stmt: b, sig: a }].map(leafHash);
  assert.equal(new Set(hashes.map((hash) => hash.toHex())).size, 3);
});

Deno.test("openHead() refuses other fields, keys and signers with SIG_FAIL", async () => {
  const { head, sig } = await signHead(alice.key, HEAD);
  const { key } = mallory;
  const forgeries = [
    { head: encodeHead({ ...HEAD, size: 8 }), sig },
    { head: encodeHead({ ...HEAD, final: true }), sig },
    { ...await signHead(key, HEAD) },
    { ...await signHead(alice.key, { ...HEAD, by: other }) },
  ];
  for (const forgery of forgeries) {
    assert.throws(() => openHead(alice.signer, forgery), { code: "SIG_FAIL" });
  }
  assert.deepEqual(openHead(alice.signer, { head, sig }), HEAD);
});

Deno.test("parseHead() refuses a head that begins after its end, or a room's that begins late", () => {
  for (const change of [{ from: 8 }, { session: log }]) {
    assert.throws(() => encodeHead({ ...HEAD, ...change }), { code: "FORMAT" });
  }
  const text = new TextDecoder().decode(encodeHead(HEAD)).replace('"from":2', '"from":8');
  assert.throws(() => parseHead(new TextEncoder().encode(text)), { code: "FORMAT" });
  const rolling = { ...HEAD, session: log, from: 0 };
  assert.deepEqual(parseHead(encodeHead(rolling)), rolling);
});
