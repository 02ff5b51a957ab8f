/**
 * A client whose every read and write the test decides: it may stop reading, send what it likes, or
 * be gone in the middle of anything.
 *
 * @module
 */

import { concat } from "../../src/bytes/concat.ts";
import { encodeFrame, FrameReader } from "../../src/protocol/frame.ts";
import { type ChatWorld, registration } from "./chat_world.ts";
import { type Machine, newClient } from "./machines.ts";

const READ_BYTES = 65_536;
const FRAME_MAX_BYTES = 1 << 20;

/** A client on a socket, driven by hand. */
export class HandPeer implements Disposable {
  readonly conn: Deno.TcpConn;
  readonly machine: Machine;
  readonly #reader = new FrameReader();

  constructor(conn: Deno.TcpConn, machine: Machine) {
    this.conn = conn;
    this.machine = machine;
  }

  /** Dials a world's server and says nothing. */
  static async dial(world: ChatWorld): Promise<HandPeer> {
    const { port } = world.server.address;
    return new HandPeer(await Deno.connect({ hostname: "127.0.0.1", port }), await newClient());
  }

  /** Dials and registers; the chat is open on both sides. */
  static async join(world: ChatWorld, name: string): Promise<HandPeer> {
    const peer = await HandPeer.dial(world);
    await peer.send(await peer.machine.step({ kind: "start" }));
    while (!peer.machine.kinds.includes("sign_in_wanted")) await peer.take();
    await peer.send(await peer.machine.step({ kind: "sign_in", request: registration(name) }));
    while (!peer.machine.kinds.includes("opened")) await peer.take();
    await world.untilServer(() =>
      world.server.members().some((member) => member.username === name)
    );
    return peer;
  }

  /** Sends bodies as frames, all in one write. */
  async send(bodies: readonly Uint8Array[]): Promise<void> {
    await this.write(concat(...bodies.map((body) => encodeFrame(new Uint8Array(body)))));
  }

  /** Sends bytes as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.conn.write(rest));
    }
  }

  /** The next frame's body; nothing at the end of the stream, or after a reset. */
  async body(): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const body = this.#reader.next(FRAME_MAX_BYTES);
      if (body !== undefined) return body;
      const length = await this.conn.read(buffer).catch(() => null);
      if (length === null) return undefined;
      this.#reader.push(buffer.subarray(0, length));
    }
  }

  /** Gives the next frame to the machine and sends what it answers. */
  async take(): Promise<boolean> {
    const body = await this.body();
    if (body === undefined) return false;
    await this.send(await this.machine.frames([body]));
    return true;
  }

  [Symbol.dispose](): void {
    try {
      this.conn.close();
    } catch {
      // Closed already, by the other side's reset.
    }
  }
}
