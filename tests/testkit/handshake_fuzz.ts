/**
 * Frames that nobody should send, for each state of the handshake's machines.
 *
 * @module
 */

import { Secret } from "../../src/crypto/secret.ts";
import { encodeMessage } from "../../src/protocol/v2/messages.ts";
import { RecordSealer } from "../../src/protocol/v2/record_stream.ts";
import {
  type FixedHandshake,
  HANDSHAKE_MESSAGES,
  type HandshakeMessage,
  type StreamName,
} from "./fixed_handshake.ts";
import { bodyOf } from "./fixed_machines.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** A frame, and whether a machine that waits for the right one may go on with it. */
export interface FuzzCase {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly isAcceptable: boolean;
}

/** In which stream each sealed message goes. */
const STREAMS: Readonly<Partial<Record<HandshakeMessage, StreamName>>> = {
  server_auth: "s hs",
  client_auth: "c hs",
  ready: "s ap",
};

const utf8 = new TextEncoder();
const READIES = ["password", "certificate"].map((signin) =>
  `{"signin":"${signin}","type":"ready"}`
);

/** Makes cases for one handshake. */
export class HandshakeFuzz {
  readonly #shake: FixedHandshake;
  readonly #random: SeededRandom;
  readonly #plain: Readonly<Record<HandshakeMessage, Uint8Array>>;
  readonly #secrets: ReadonlyMap<StreamName, Uint8Array<ArrayBuffer>>;

  /** @param shake The handshake. @param parts What {@link HandshakeFuzz.of} prepares. */
  constructor(shake: FixedHandshake, parts: {
    readonly random: SeededRandom;
    readonly plain: Readonly<Record<HandshakeMessage, Uint8Array>>;
    readonly secrets: ReadonlyMap<StreamName, Uint8Array<ArrayBuffer>>;
  }) {
    this.#shake = shake;
    this.#random = parts.random;
    this.#plain = parts.plain;
    this.#secrets = parts.secrets;
  }

  /**
   * Prepares.
   *
   * @param shake The handshake.
   * @param random The choices.
   * @returns The maker of cases.
   */
  static async of(shake: FixedHandshake, random: SeededRandom): Promise<HandshakeFuzz> {
    const { h0, h2, serverAuth, clientAuth, ready } = await shake.transcript();
    const secrets = new Map<StreamName, Uint8Array<ArrayBuffer>>();
    for (const name of ["s hs", "c hs", "s ap", "c ap"] as const) {
      secrets.set(name, (await shake.stream(name, name.endsWith("hs") ? h0 : h2)).bytes);
    }
    const { client_hello, server_hello } = shake.bodies;
    const plain = {
      ...{ client_hello, server_hello, server_auth: serverAuth, client_auth: clientAuth },
      ready,
    };
    return new HandshakeFuzz(shake, { random, plain, secrets });
  }

  /**
   * One case.
   *
   * @param wanted The message that the machine waits for.
   * @returns The case.
   */
  next(wanted: HandshakeMessage): FuzzCase {
    const random = this.#random;
    const kind = random.below(8);
    if (kind === 0) return refused(random.bytes(1 + random.below(random.pick([40, 400, 4000]))));
    if (kind === 1) return this.#foreign(wanted);
    const stream = STREAMS[wanted];
    if (kind === 2 && stream !== undefined) {
      const body = random.mutate(this.#shake.bodies[wanted]);
      return { body, isAcceptable: isSame(body, this.#shake.bodies[wanted]) };
    }
    const object = this.#object(wanted);
    const isAcceptable = this.#isRight(wanted, object);
    if (stream === undefined) return { body: object, isAcceptable };
    const objects = random.below(8) === 0 ? [object, this.#object(wanted)] : [object];
    return {
      body: this.#seal(stream, objects),
      isAcceptable: isAcceptable && objects.length === 1,
    };
  }

  /** A frame that was right elsewhere. */
  #foreign(wanted: HandshakeMessage): FuzzCase {
    const message = this.#random.pick(HANDSHAKE_MESSAGES.filter((one) => one !== wanted));
    return refused(this.#shake.bodies[message]);
  }

  /** What may stand in a frame or record: mutated, of another type, of odd values, or no object. */
  #object(wanted: HandshakeMessage): Uint8Array<ArrayBuffer> {
    const random = this.#random;
    switch (random.below(6)) {
      case 0:
        return random.bytes(1 + random.below(60));
      case 1:
        return Uint8Array.from(this.#plain[random.pick(HANDSHAKE_MESSAGES)]);
      case 2:
        return encodeMessage({ type: "status", status: random.pick(CODES), message: "x" });
      case 3:
        return utf8.encode(random.pick(ODD_TEXTS));
      case 4:
        return this.#fieldChanged(wanted);
      default:
        return random.mutate(this.#plain[wanted]);
    }
  }

  /** The right object with bytes of one base64 field mutated, and everything still well-formed. */
  #fieldChanged(wanted: HandshakeMessage): Uint8Array<ArrayBuffer> {
    const text = new TextDecoder().decode(this.#plain[wanted]);
    const fields = [...text.matchAll(/"([A-Za-z0-9+/]{8,}={0,2})"/g)];
    const chosen = fields[this.#random.below(Math.max(1, fields.length))];
    if (chosen === undefined) return utf8.encode(this.#random.pick(READIES));
    const [, value = ""] = chosen;
    const bytes = Uint8Array.fromBase64(value);
    const index = this.#random.below(bytes.length);
    bytes[index] = (bytes[index] ?? 0) ^ (1 << this.#random.below(8));
    return utf8.encode(text.replace(value, () => bytes.toBase64()));
  }

  #seal(stream: StreamName, objects: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const secret = new Secret(this.#secrets.get(stream)?.slice() ?? new Uint8Array(32));
    return bodyOf(new RecordSealer(secret).seal(objects));
  }

  /** A hello may carry any keys; an auth message is signed, so there is one alone. */
  #isRight(wanted: HandshakeMessage, object: Uint8Array): boolean {
    const text = new TextDecoder().decode(object);
    switch (wanted) {
      case "client_hello":
      case "server_hello":
        return isHello(text, new TextDecoder().decode(this.#plain[wanted]));
      case "ready":
        return READIES.includes(text);
      default:
        return isSame(object, this.#plain[wanted]);
    }
  }
}

const CODES = ["OK", "BAD_CERT", "TIMEOUT", "VERSION", "INTERNAL", "USAGE", "X1"] as const;

const ODD_TEXTS = [
  "null",
  "[]",
  "{}",
  '""',
  "0",
  '{"type":"ready"}',
  '{"type":{}}',
  '{"type":"toString"}',
  '{"__proto__":{},"type":"hello"}',
  '{"constructor":1,"type":"auth"}',
  '{"signin":"none","type":"ready"}',
  '{"chain":[],"sig":"","type":"auth"}',
  '{"chain":[[[[["AA=="]]]]],"sig":"AA==","type":"auth"}',
  `{"chain":["MAA="],"sig":"${"AAAA".repeat(22)}","type":"auth"}`,
  `{"chain":["${"AAAA".repeat(9000)}"],"sig":"${"AAAA".repeat(22)}","type":"auth"}`,
  '{"message":"\\u0007","status":"BUSY","type":"status"}',
  '{"mlkem":"","type":"hello","version":2,"x25519":""}',
  '\ufeff{"type":"ping"}',
  "[".repeat(20_000),
  `{"version":${"[".repeat(9_000)}${"]".repeat(9_000)}}`,
] as const;

function refused(body: Uint8Array<ArrayBuffer>): FuzzCase {
  return { body, isAcceptable: false };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Another hello differs in its two keys alone, of the same sizes; whether they are keys is for the machine. */
function isHello(text: string, original: string): boolean {
  const keyless = (hello: string) =>
    hello.replaceAll(/"[A-Za-z0-9+/]{40,}={0,2}"/g, (key) => `<${key.length}>`);
  return keyless(text) === keyless(original);
}
