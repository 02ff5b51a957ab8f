/**
 * Attacks of those who have no certificate of the team: connections that send nothing, or a byte a
 * second, and handshakes as fast as they can be.
 *
 * @module
 */

import { concat } from "../../../src/bytes/concat.ts";
import { FrameStream } from "../../../src/chat/frame_stream.ts";
import { CLIENT_LIMITS } from "../../../src/chat/limits.ts";
import { HybridKeyPair } from "../../../src/crypto/hybrid_kem.ts";
import { encodeFrame, HANDSHAKE_BODY_MAX_BYTES } from "../../../src/protocol/frame.ts";
import { ClientHandshake } from "../../../src/protocol/v2/client_handshake.ts";
import { encodeMessage, parseMessage, VERSION } from "../../../src/protocol/v2/messages.ts";
import { Issuer } from "../issuer.ts";
import { SERVER_NAME } from "../room_process.ts";
import type { Assault } from "./assault.ts";
import { BoundConn } from "./bound_conn.ts";

/** Connections that do hardly anything. */
const MANY = 1_000;

/** Of them that are being opened at once. */
const OPENING = 32;

/** Handshakes that are under way at once. */
const AT_ONCE = 32;

/** Whoever is refused comes again after that, ms. */
const AGAIN_MS = 1_000;

const BYTE_MS = 1_000;

/** From these, in turn: more of them than one address may have. */
const ADDRESSES = ["127.0.0.2", "127.0.0.3"] as const;

/** The next frame's body of a server, told as what it is. */
async function untilRefused(
  stream: FrameStream,
  { assault, conn }: { readonly assault: Assault; readonly conn: BoundConn },
): Promise<"refused" | "answered" | "over"> {
  try {
    const body = await stream.next({ maxBytes: HANDSHAKE_BODY_MAX_BYTES });
    if (assault.isOver) return "over";
    if (body === undefined) {
      assault.tally.untold(conn.fault ?? "closed");
      return "refused";
    }
    const message = parseMessage(body, ["status", "server_hello"]);
    if (message.type === "server_hello") {
      assault.tally.answered("server_hello");
      return "answered";
    }
    assault.tally.told(message.status);
    return "refused";
  } catch (thrown) {
    assault.tally.untold(String(thrown));
    return "refused";
  }
}

async function dial(assault: Assault, from: string): Promise<BoundConn | undefined> {
  assault.tally.opened();
  try {
    return assault.keep(await BoundConn.dial(from, assault.port));
  } catch (thrown) {
    if (!assault.isOver) assault.tally.untold(`dialling: ${thrown}`);
    return undefined;
  }
}

/** Holds many connections; each that ends is opened again. */
async function hold(assault: Assault, act: (conn: BoundConn) => void): Promise<void> {
  const gate = { free: OPENING, waiting: [] as (() => void)[] };
  const one = async (index: number) => {
    while (!assault.isOver) {
      if (gate.free > 0) gate.free--;
      else await new Promise<void>((resolve) => gate.waiting.push(resolve));
      const conn = await dial(assault, ADDRESSES[index % ADDRESSES.length] ?? "");
      const next = gate.waiting.shift();
      if (next === undefined) gate.free++;
      else next();
      if (conn !== undefined) {
        act(conn);
        const stream = new FrameStream(conn.asConn, CLIENT_LIMITS);
        await untilRefused(stream, { assault, conn });
        assault.drop(conn);
      }
      await assault.pause(AGAIN_MS);
    }
  };
  await Promise.all(Array.from({ length: MANY }, (_, index) => one(index)));
}

/** A thousand connections that send nothing. */
export function silent(assault: Assault): Promise<void> {
  return hold(assault, () => {});
}

/** A thousand that send a flawless hello, a byte a second. */
export async function trickle(assault: Assault): Promise<void> {
  const hello = await helloFrame();
  await hold(assault, (conn) => {
    let sent = 0;
    const timer = setInterval(() => {
      conn.write(hello.subarray(sent, ++sent)).catch(() => clearInterval(timer));
    }, BYTE_MS);
    assault.onEnd(() => clearInterval(timer));
  });
}

/** Flawless hellos from one address: each costs the server a key agreement. */
export async function hellos(assault: Assault): Promise<void> {
  const hello = await helloFrame();
  await assault.repeat(AT_ONCE, async () => {
    const conn = await dial(assault, "127.0.0.4");
    if (conn === undefined) return;
    const stream = new FrameStream(conn.asConn, CLIENT_LIMITS);
    await stream.write(hello);
    await untilRefused(stream, { assault, conn });
    assault.drop(conn);
  });
}

/** Whole handshakes with a certificate of another CA. */
export async function strangers(assault: Assault): Promise<void> {
  const own = await (await Issuer.create("ed25519")).identity("stranger");
  await assault.repeat(AT_ONCE, async () => {
    const conn = await dial(assault, "127.0.0.5");
    if (conn === undefined) return;
    const stream = new FrameStream(conn.asConn, CLIENT_LIMITS);
    const options = { own, trust: assault.trust, serverName: SERVER_NAME };
    const { machine, step: first } = await ClientHandshake.start(options);
    let step = first;
    while (step.kind === "more") {
      if (step.send.length > 0) void stream.write(concat(...step.send));
      const body = await stream.next({ maxBytes: HANDSHAKE_BODY_MAX_BYTES }).catch(() => undefined);
      if (assault.isOver) break;
      if (body === undefined) {
        assault.tally.untold(conn.fault ?? "closed");
        break;
      }
      step = await machine.take(body, Date.now());
    }
    if (step.kind === "failed") {
      const { code, message } = step.error;
      if (message.includes("the other side says")) assault.tally.told(code);
      else assault.tally.untold(message);
    }
    assault.drop(conn);
  });
}

async function helloFrame(): Promise<Uint8Array> {
  const { share } = await HybridKeyPair.generate();
  return encodeFrame(encodeMessage({ type: "hello", version: VERSION, ...share }));
}
