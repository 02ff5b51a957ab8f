/**
 * One side of protocol 2 in hostile hands: it shakes hands as whoever it says it is, and then sends
 * whatever it is told to, in records that open.
 *
 * @module
 */

import { concat } from "../../src/bytes/concat.ts";
import { randomBytes } from "../../src/crypto/entropy.ts";
import { encodeFrame, FrameReader } from "../../src/protocol/frame.ts";
import { ClientHandshake } from "../../src/protocol/v2/client_handshake.ts";
import type { HandshakeStep, OwnIdentity, SecureChannel } from "../../src/protocol/v2/handshake.ts";
import { type Head, parseHead } from "../../src/protocol/v2/head.ts";
import {
  encodeMessage,
  type Message,
  MESSAGES,
  type MessageType,
  parseMessage,
} from "../../src/protocol/v2/messages.ts";
import type { SignInMode } from "../../src/protocol/v2/handshake.ts";
import { ServerHandshake } from "../../src/protocol/v2/server_handshake.ts";
import {
  encodeStatement,
  type SignedStatement,
  signStatement,
  type Statement,
} from "../../src/protocol/v2/statement.ts";
import { identity2, SERVER2_NAME, trust2 } from "./identities2.ts";

const HOST = "127.0.0.1";
const READ_BYTES = 65_536;
const FRAME_MAX_BYTES = 1 << 20;
const ANY = Object.keys(MESSAGES) as MessageType[];

/** A connection whose every byte a test decides. */
export class RoomPeer implements Disposable {
  readonly conn: Deno.TcpConn;
  readonly #reader = new FrameReader();
  #channel: SecureChannel | undefined;
  #waiting: Message[] = [];

  /** @param conn A socket, now its own. */
  constructor(conn: Deno.TcpConn) {
    this.conn = conn;
  }

  /** Dials a port of this machine and says nothing. */
  static async dial(port: number): Promise<RoomPeer> {
    return new RoomPeer(await Deno.connect({ hostname: HOST, port }));
  }

  /** Dials and shakes hands as somebody. */
  static async enter(port: number, own: OwnIdentity): Promise<RoomPeer> {
    const peer = await RoomPeer.dial(port);
    await peer.shakeHands(own);
    return peer;
  }

  /** Its own port: by this the server's events about it are found. */
  get localPort(): number {
    return this.conn.localAddr.port;
  }

  /** What the handshake made. */
  get channel(): SecureChannel {
    if (this.#channel === undefined) throw new Error("no handshake yet");
    return this.#channel;
  }

  /** Shakes hands as a client. */
  async shakeHands(own: OwnIdentity): Promise<void> {
    const trust = await trust2();
    const { machine, step } = await ClientHandshake.start({ own, trust, serverName: SERVER2_NAME });
    await this.#shake(step, machine);
  }

  /** Shakes hands as a server. */
  async answerHands(own: OwnIdentity, signIn: SignInMode = "certificate"): Promise<void> {
    const machine = new ServerHandshake({ own, trust: await trust2(), signIn });
    await this.#shake({ kind: "more", send: [], notes: [] }, machine);
  }

  async #shake(first: HandshakeStep, machine: Pick<ServerHandshake, "take">): Promise<void> {
    let step = first;
    for (;;) {
      if (step.send.length > 0) await this.write(concat(...step.send));
      if (step.kind === "failed") throw step.error;
      if (step.kind === "done") break;
      const body = await this.body();
      if (body === undefined) throw new Error("the other side closed in the handshake");
      step = await machine.take(body, Date.now());
    }
    this.#channel = step.channel;
  }

  /** Sends bytes as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.conn.write(rest));
  }

  /** Sends a body in a frame. */
  async frame(body: Uint8Array): Promise<void> {
    await this.write(encodeFrame(body));
  }

  /** Sends objects, however wrong, in one record that opens. */
  async objects(...objects: readonly (Uint8Array | string)[]): Promise<void> {
    const encoder = new TextEncoder();
    const bytes = objects.map((one) => typeof one === "string" ? encoder.encode(one) : one);
    await this.write(this.channel.sealer.seal(bytes));
  }

  /** Sends messages in one record. */
  async send(...messages: readonly Message[]): Promise<void> {
    await this.objects(...messages.map(encodeMessage));
  }

  /** The next frame's body; nothing at the end of the stream, or after a reset. */
  async body(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const body = this.#reader.next(FRAME_MAX_BYTES);
      if (body !== undefined) return body;
      const length = await this.conn.read(buffer).catch(() => null);
      if (length === null) return undefined;
      this.#reader.push(buffer.subarray(0, length));
    }
  }

  /** The next message; nothing at the end of the stream. */
  async next(): Promise<Message | undefined> {
    if (this.#waiting.length === 0) {
      const body = await this.body();
      if (body === undefined) return undefined;
      this.#waiting = this.channel.opener.open(body).map((object) => parseMessage(object, ANY));
    }
    return this.#waiting.shift();
  }

  /** Reads up to a message of a type; nothing if the stream ends before it. */
  async until<T extends MessageType>(type: T): Promise<Message<T> | undefined> {
    for (;;) {
      const message = await this.next();
      if (message === undefined || message.type === type) return message as Message<T> | undefined;
    }
  }

  /** Code of the status by which the other side ended; "silence" if it gave none. */
  async statusCode(): Promise<string> {
    return (await this.until("status"))?.status ?? "silence";
  }

  /** Joins a room; gives the server's head. */
  async join(room = "main"): Promise<Head> {
    await this.send({ type: "join", room, want: 0 });
    const joined = await this.until("joined");
    if (joined === undefined) throw new Error("the server did not let it in");
    return parseHead(joined.head);
  }

  [Symbol.dispose](): void {
    try {
      this.conn.close();
    } catch {
      // Closed already, by the other side's reset.
    }
  }
}

/**
 * A statement that an honest author would make next, signed; or not quite.
 *
 * @param own Who signs.
 * @param head What the author has seen.
 * @param changes What is different.
 * @returns The bytes and the signature.
 */
export async function stateAs(
  own: OwnIdentity,
  head: Head,
  changes: Partial<Statement> = {},
): Promise<SignedStatement> {
  const { room, log, session, size, root } = head;
  const stmt = encodeStatement({
    ...{ author: own.fingerprint, kind: "say", room, log, session, size, root },
    ...{ salt: randomBytes(16), seq: 1, text: "hello", ts: Date.now(), ...changes },
  });
  return { stmt, sig: await signStatement(own.signingKey, stmt) };
}

/** A server in hostile hands: each client meets a script. */
export class RoomTrap implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: HOST, port: 0 });
  readonly #peers: RoomPeer[] = [];
  readonly #running: Promise<void>;

  constructor(script: (peer: RoomPeer) => Promise<void>) {
    this.#running = this.#accept(script);
  }

  /** A trap that shakes hands as the real server would, and then follows a script. */
  static async shaking(
    script: (peer: RoomPeer, own: OwnIdentity) => Promise<void>,
    signIn: SignInMode = "certificate",
  ): Promise<RoomTrap> {
    const own = await identity2(SERVER2_NAME, "server", { nowMs: Date.now() });
    return new RoomTrap(async (peer) => {
      await peer.answerHands(own, signIn);
      await script(peer, own);
    });
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async #accept(script: (peer: RoomPeer) => Promise<void>): Promise<void> {
    const scripts: Promise<void>[] = [];
    try {
      for await (const conn of this.#listener) {
        const peer = new RoomPeer(conn);
        this.#peers.push(peer);
        scripts.push(script(peer).catch(() => undefined)); // the client has refused and gone
      }
    } catch {
      // The listener was closed.
    }
    await Promise.all(scripts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const peer of this.#peers) peer[Symbol.dispose]();
    await this.#running;
  }
}
