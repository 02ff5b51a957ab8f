/**
 * Sealed messages of the handshake with one fault each (PROTOCOL-2 §2.1, §3, §4).
 *
 * @module
 */

import { concat } from "../../src/bytes/concat.ts";
import { encodeU32 } from "../../src/bytes/u32.ts";
import { sealGcm } from "../../src/crypto/aes_gcm.ts";
import { derive, type Side } from "../../src/protocol/v2/key_schedule.ts";
import { encodeMessage } from "../../src/protocol/v2/messages.ts";
import { RecordSealer } from "../../src/protocol/v2/record_stream.ts";
import { chainFaults, type Sealed } from "./auth_chain_faults.ts";
import { type FaultCase, faultCase, type FaultDraft } from "./fault_case.ts";
import type { FixedHandshake, StreamName } from "./fixed_handshake.ts";
import { bodyOf } from "./fixed_machines.ts";
import { type AuthFaults, handAuth } from "./hand_auth.ts";
import { vectorChain } from "./handshake_keys.ts";

const utf8 = new TextEncoder();
const LINE_FEED = utf8.encode("\n");
const PING = encodeMessage({ type: "ping" });
const BUSY = encodeMessage({ type: "status", status: "BUSY", message: "BUSY" });

/** What is sealed, by whom, and where a refusal is told. */
interface Place {
  readonly shake: FixedHandshake;
  readonly stream: StreamName;
  /** Where a refusal of what opened is told. */
  readonly told: "c hs" | "s ap" | "nothing";
}

/** A record 0 of any plaintext, which the program itself would not make. */
async function sealRaw(
  shake: FixedHandshake,
  stream: StreamName,
  plain: Uint8Array,
): Promise<Uint8Array> {
  const { h0, h2 } = await shake.transcript();
  const secret = await shake.stream(stream, stream.endsWith("hs") ? h0 : h2);
  return sealGcm(derive(secret, "key").bytes, {
    nonce: derive(secret, "iv", { length: 12 }).bytes,
    aad: encodeU32(plain.length + 16),
    plain,
  });
}

/** Faults of the record itself: nothing that it holds counts. */
async function recordFaults(place: Place, right: Uint8Array): Promise<readonly FaultDraft[]> {
  const { shake, stream } = place;
  const other =
    ({ "s hs": "c hs", "c hs": "s hs", "s ap": "s hs", "c ap": "c hs" } as const)[stream];
  const { h0, h2 } = await shake.transcript();
  const sealer = new RecordSealer(await shake.stream(stream, stream.endsWith("hs") ? h0 : h2));
  sealer.seal([PING]);
  const second = bodyOf(sealer.seal([right]));
  const whole = await shake.seal(stream, right);
  // A client tells what it refuses; a server can tell only who sent a record that opened.
  const told = place.told === "s ap" ? "nothing" : place.told;
  const tampered = (name: string, body: Uint8Array): FaultDraft => (
    { name, section: "4", body, expect: "TAMPERED", told }
  );
  const broken = async (name: string, plain: Uint8Array): Promise<FaultDraft> => ({
    ...{ name, section: "4", expect: "FORMAT", told },
    body: await sealRaw(shake, stream, plain),
  });
  return [
    tampered("a bit of the ciphertext is flipped", flipped(whole, 0)),
    tampered("a bit of the tag is flipped", flipped(whole, whole.length - 1)),
    tampered("the record is shorter than a tag", whole.subarray(0, 15)),
    tampered("the record is a byte short", whole.subarray(0, -1)),
    tampered("the record has a byte more", concat(whole, new Uint8Array(1))),
    tampered("the message in plain", right),
    tampered(`sealed as record 0 of "${other}"`, await shake.seal(other, right)),
    tampered("sealed as record 1", second),
    await broken("an empty plaintext", new Uint8Array()),
    await broken("no line feed at the end", right),
    await broken("an empty line behind the object", concat(right, LINE_FEED, LINE_FEED)),
    {
      ...{ name: "two objects in one record", section: "2", expect: "HANDSHAKE", told },
      body: await shake.seal(stream, right, PING),
    },
  ];
}

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  const changed = bytes.slice();
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}

/** Objects that open but are not the one that is waited for. */
function objectFaults(right: Uint8Array): readonly Omit<Sealed, "told">[] {
  const text = new TextDecoder().decode(right);
  const auth = JSON.parse(text);
  const format = (name: string, object: Uint8Array) =>
    ({ name, section: "JSON", object, expect: "FORMAT" }) as const;
  const with_ = (changes: object) => utf8.encode(JSON.stringify({ ...auth, ...changes }));
  const signature = Uint8Array.fromBase64(auth.sig);
  return [
    format("a byte-order mark", utf8.encode(`\ufeff${text}`)),
    format("keys are not sorted", utf8.encode(JSON.stringify({ type: "auth", ...auth }))),
    format("a key too many", utf8.encode(text.replace('"type"', '"t":1,"type"'))),
    format("a key twice", utf8.encode(text.replace('"type"', '"sig":"","type"'))),
    format("key sig is missing", with_({ sig: undefined })),
    format("an empty chain", with_({ chain: [] })),
    format("a chain of five", with_({ chain: Array.from({ length: 5 }, () => auth.chain[0]) })),
    format("an empty certificate", with_({ chain: [""] })),
    format(
      "a signature that is too short for any key",
      with_({
        sig: signature.slice(0, 63).toBase64(),
      }),
    ),
    format(
      "a line break in the signature's base64",
      with_({
        sig: `${auth.sig.slice(0, 8)}\n${auth.sig.slice(8)}`,
      }),
    ),
    format("stray bits in the signature's base64", with_({ sig: auth.sig.replace(/.==$/, "B==") })),
    { name: "a ping", section: "2", object: PING, expect: "HANDSHAKE" },
    {
      ...{ name: "ready too early", section: "2", expect: "HANDSHAKE" },
      object: encodeMessage({ type: "ready", signin: "password" }),
    },
    { name: "a status", section: "1", object: BUSY, expect: "BUSY" },
  ];
}

async function sealedDraft({ shake, stream, told }: Place, sealed: Sealed): Promise<FaultDraft> {
  const { object, ...rest } = sealed;
  const isTold = /^[A-Z]/.test(sealed.expect) && object !== BUSY;
  return {
    ...rest,
    body: await shake.seal(stream, object),
    auth: object,
    told: isTold ? told : "nothing",
  };
}

/** Faults in what is signed: each is well-formed, and nobody's word. */
function alteredSignatures(side: Side): Readonly<Record<string, AuthFaults>> {
  const [other, own] = side === "server"
    ? ["client", "server-under-two"] as const
    : ["server", "client-under-two"] as const;
  return {
    "the label of the other side's signature": { label: `${other} auth` },
    "the MAC of the other side": { macSide: other },
    "the MAC of another session": { secret: new Uint8Array(32).fill(7) },
    "the transcript of another session": { previous: new Uint8Array(32) },
    "the signature binds another chain": { signedChain: vectorChain(own) },
    "another's key signs": { signer: own },
    "a bit of the signature is flipped": {
      alter: (signature) => new Uint8Array(flipped(signature, 9)),
    },
    "a byte behind the signature": {
      alter: (signature) => new Uint8Array([...signature, 0]),
    },
  };
}

async function signatureFaults(shake: FixedHandshake, side: Side): Promise<readonly Sealed[]> {
  return await Promise.all(
    Object.entries(alteredSignatures(side)).map(async ([name, faults]): Promise<Sealed> => ({
      ...{ name, section: "2.1", expect: "HANDSHAKE" },
      object: await handAuth(shake, side, faults),
    })),
  );
}

async function authFaultsOf(place: Place, side: Side): Promise<readonly FaultDraft[]> {
  const { shake } = place;
  const right = await handAuth(shake, side);
  const sealed = [
    ...objectFaults(right),
    ...await signatureFaults(shake, side),
    ...await chainFaults(shake, side),
  ];
  return [
    ...await recordFaults(place, right),
    ...await Promise.all(sealed.map((one) => sealedDraft(place, one))),
  ];
}

async function readyFaults(shake: FixedHandshake): Promise<readonly FaultDraft[]> {
  const place: Place = { shake, stream: "s ap", told: "nothing" };
  const right = encodeMessage({ type: "ready", signin: "password" });
  const text = (name: string, object: string, expect = "FORMAT"): Sealed => (
    { name, section: "JSON", object: utf8.encode(object), expect }
  );
  const sealed = [
    text("an unknown way to sign in", '{"signin":"none","type":"ready"}'),
    text("a key too many", '{"a":1,"signin":"password","type":"ready"}'),
    text("keys are not sorted", '{"type":"ready","signin":"password"}'),
    text("a ping", '{"type":"ping"}', "HANDSHAKE"),
    text("a status", '{"message":"BUSY","status":"BUSY","type":"status"}', "BUSY"),
    text(
      "signing in by certificate, which is right",
      '{"signin":"certificate","type":"ready"}',
      "done",
    ),
  ];
  return [
    ...await recordFaults(place, right),
    ...await Promise.all(sealed.map((one) => sealedDraft(place, one))),
  ];
}

/**
 * All faults of sealed messages.
 *
 * @param shake The handshake.
 * @returns The cases.
 */
export async function authFaults(shake: FixedHandshake): Promise<readonly FaultCase[]> {
  const server = await authFaultsOf({ shake, stream: "s hs", told: "c hs" }, "server");
  const client = await authFaultsOf({ shake, stream: "c hs", told: "s ap" }, "client");
  const ready = await readyFaults(shake);
  return [
    ...await Promise.all(server.map((draft) => faultCase(shake, "server_auth", draft))),
    ...await Promise.all(client.map((draft) => faultCase(shake, "client_auth", draft))),
    ...await Promise.all(ready.map((draft) => faultCase(shake, "ready", draft))),
  ];
}
