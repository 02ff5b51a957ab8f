import assert from "node:assert/strict";
import { encapsulateHybrid, HybridKeyPair } from "../../src/crypto/hybrid_kem.ts";
import { encapsulateMlKem, ML_KEM_KEY_BYTES, MlKemKeyPair } from "../../src/crypto/ml_kem.ts";
import { X25519KeyPair } from "../../src/crypto/x25519.ts";
import { ChatError } from "../../src/errors.ts";
import { type WycheproofCase, wycheproofTest } from "../testkit/wycheproof_cases.ts";

interface XdhCase extends WycheproofCase {
  readonly public: string;
  readonly private: string;
  readonly shared: string;
}

wycheproofTest<unknown, XdhCase>("X25519KeyPair passes Wycheproof's X25519 suite", {
  file: "x25519_test.json",
  cases: 518,
  outOfProfile: 0,
  run: (one) => {
    const pair = X25519KeyPair.of(Uint8Array.fromHex(one.private));
    try {
      return pair.agree(Uint8Array.fromHex(one.public)).bytes.toHex() === one.shared;
    } catch (error) {
      assert.ok(error instanceof ChatError && error.code === "HANDSHAKE", String(error));
      return false;
    }
  },
  // RFC 7748 §6.1 lets both sides stop at an all-zero result; all else it asks to compute.
  accepts: ({ flags = [] }) => !flags.includes("ZeroSharedSecret"),
});

interface KeygenCase extends WycheproofCase {
  readonly seed: string;
  readonly ek: string;
}

wycheproofTest<unknown, KeygenCase>("MlKemKeyPair passes Wycheproof's ML-KEM-768 key suite", {
  file: "mlkem_768_keygen_seed_test.json",
  cases: 100,
  outOfProfile: 0,
  run: async ({ seed, ek }) => {
    const { encapsulationKey } = await MlKemKeyPair.of(Uint8Array.fromHex(seed));
    return encapsulationKey.toHex() === ek;
  },
});

interface KemCase extends KeygenCase {
  readonly c: string;
  readonly K: string;
}

wycheproofTest<unknown, KemCase>("MlKemKeyPair passes Wycheproof's ML-KEM-768 suite", {
  file: "mlkem_768_test.json",
  cases: 193,
  outOfProfile: 0,
  run: async (one) => {
    try {
      const pair = await MlKemKeyPair.of(Uint8Array.fromHex(one.seed));
      assert.equal(pair.encapsulationKey.toHex(), one.ek);
      return (await pair.decapsulate(Uint8Array.fromHex(one.c))).bytes.toHex() === one.K;
    } catch (error) {
      const isRefused = error instanceof RangeError ||
        (error instanceof ChatError && error.code === "HANDSHAKE");
      if (!isRefused) throw error;
      return false;
    }
  },
});

/** An encapsulation key with one coefficient replaced (FIPS 203 §4.2.1, ByteEncode of 12 bits). */
function withCoefficient(key: Uint8Array, index: number, value: number): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(key);
  const view = new DataView(changed.buffer);
  const offset = Math.floor(index / 2) * 3 + index % 2;
  const two = view.getUint16(offset, true);
  view.setUint16(offset, index % 2 === 0 ? two & 0xf000 | value : two & 0xf | value << 4, true);
  return changed;
}

Deno.test("encapsulateMlKem() refuses a key with any one coefficient of q or more", async () => {
  const q = 3329; // FIPS 203 §2.3
  const { encapsulationKey } = await MlKemKeyPair.generate();
  await encapsulateMlKem(withCoefficient(encapsulationKey, 5, q - 1));
  for (let index = 0; index < 768; index++) {
    const value = index % 3 === 0 ? 4095 : q;
    const key = withCoefficient(encapsulationKey, index, value);
    await assert.rejects(encapsulateMlKem(key), { code: "HANDSHAKE" }, `coefficient ${index}`);
  }
});

Deno.test("encapsulateHybrid() refuses keys of another length", async () => {
  const { share } = await HybridKeyPair.generate();
  for (const length of [0, ML_KEM_KEY_BYTES - 1, ML_KEM_KEY_BYTES + 1]) {
    const mlkem = new Uint8Array(length);
    await assert.rejects(encapsulateHybrid({ ...share, mlkem }), { code: "HANDSHAKE" });
  }
  for (const length of [0, 31, 33]) {
    const x25519 = new Uint8Array(length).fill(9);
    await assert.rejects(encapsulateHybrid({ ...share, x25519 }), { code: "HANDSHAKE" });
  }
});

Deno.test("HybridKeyPair refuses an answer that fixes the secret, or has another length", async () => {
  const client = await HybridKeyPair.generate();
  const { share } = await encapsulateHybrid(client.share);
  for (const low of [0, 1]) {
    const x25519 = new Uint8Array(32);
    x25519[0] = low; // the points of order 1 and 2, RFC 7748 §6.1
    await assert.rejects(client.decapsulate({ ...share, x25519 }), { code: "HANDSHAKE" });
  }
  await assert.rejects(client.decapsulate({ ...share, mlkem: share.mlkem.slice(1) }), {
    code: "HANDSHAKE",
  });
});

Deno.test("HybridKeyPair and encapsulateHybrid() agree, and a changed ciphertext does not", async () => {
  const client = await HybridKeyPair.generate();
  const { share, secrets } = await encapsulateHybrid(client.share);
  const same = await client.decapsulate(share);
  assert.deepEqual(same.mlkem.bytes, secrets.mlkem.bytes);
  assert.deepEqual(same.x25519.bytes, secrets.x25519.bytes);
  const mlkem = new Uint8Array(share.mlkem);
  mlkem[100] = (mlkem[100] ?? 0) ^ 1;
  const other = await client.decapsulate({ ...share, mlkem });
  assert.notDeepEqual(other.mlkem.bytes, secrets.mlkem.bytes);
});

Deno.test("HybridKeyPair is the same for the same seeds, and fresh without them", async () => {
  const seeds = { mlkem: new Uint8Array(64).fill(1), x25519: new Uint8Array(32).fill(2) };
  const [a, b] = [await HybridKeyPair.generate(seeds), await HybridKeyPair.generate(seeds)];
  assert.deepEqual(a.share, b.share);
  const [c, d] = [await HybridKeyPair.generate(), await HybridKeyPair.generate()];
  assert.notDeepEqual(c.share.mlkem, d.share.mlkem);
  assert.notDeepEqual(c.share.x25519, d.share.x25519);
});
