/**
 * A man in the middle: stands between a client and a server, sees every frame, and does with it what a
 * rule says. Everything but the words of protocol 1 is in clear, so there is much to change.
 *
 * @module
 */

import { encodeFrame, FrameReader } from "../../src/protocol/frame.ts";
import { decodeJson, encodeJson, type JsonValue } from "../../src/protocol/v1/json.ts";

/** A message as it passes. */
export type WireMessage = Readonly<Record<string, JsonValue>>;

/** A frame on its way. */
export interface Passing {
  readonly from: "client" | "server";
  /** Frames of this direction, from 1. */
  readonly index: number;
  readonly body: Uint8Array;
  readonly message: WireMessage;
}

/** A frame that is sent on. */
export interface Sent {
  readonly body: Uint8Array;
  /** Sends its bytes one by one, with this pause after each, ms. */
  readonly msPerByte?: number;
}

/** Decides what becomes of a frame: the frames that are sent on instead, in order. */
export type Rule = (passing: Passing) => readonly Sent[];

/** Lets a frame pass. */
export function forward(passing: Passing): readonly Sent[] {
  return [{ body: passing.body }];
}

/** Takes a frame away. */
export function drop(): readonly Sent[] {
  return [];
}

/** Lets a frame pass several times. */
export function repeat(passing: Passing, times: number): readonly Sent[] {
  return Array.from({ length: times }, () => ({ body: passing.body }));
}

/** Changes members of a frame's message. */
export function change(passing: Passing, fields: WireMessage): readonly Sent[] {
  return [{ body: encodeJson({ ...passing.message, ...fields }) }];
}

/** Lets a frame pass byte by byte. */
export function trickle(passing: Passing, msPerByte: number): readonly Sent[] {
  return [{ body: passing.body, msPerByte }];
}

/** What a middle is made of. */
export interface MiddleOptions {
  /** Port of the real server, on this machine. */
  readonly port: number;
  readonly rule: Rule;
  /** Keeps one side's connection open when the other side's ends. */
  readonly holdsOpen?: boolean;
}

const HOST = "127.0.0.1";
const READ_BYTES = 16_384;
const FRAME_MAX_BYTES = 1 << 20;

/** What a frame says; nothing of one that is sealed. */
function readable(body: Uint8Array): WireMessage {
  try {
    return decodeJson(body) as WireMessage;
  } catch {
    return {};
  }
}

/** A running man in the middle. */
export class Middle {
  readonly #options: MiddleOptions;
  readonly #listener: Deno.TcpListener;
  readonly #conns: Deno.TcpConn[] = [];
  readonly #running: Promise<void>[] = [];

  constructor(options: MiddleOptions) {
    this.#options = options;
    this.#listener = Deno.listen({ hostname: HOST, port: 0 });
    this.#running.push(this.#accept());
  }

  /** Starts on a free port. */
  static start(options: MiddleOptions): Middle {
    return new Middle(options);
  }

  /** The port that clients dial instead of the server's. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Sends a frame that nobody sent, to the side that the latest connection has there. */
  async inject(to: "client" | "server", message: WireMessage): Promise<void> {
    const conn = this.#conns.at(to === "client" ? -2 : -1);
    if (conn !== undefined) await write(conn, { body: encodeJson(message) });
  }

  /** Cuts everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) close(conn);
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        const server = await Deno.connect({ hostname: HOST, port: this.#options.port });
        this.#conns.push(client, server);
        this.#running.push(
          this.#pass("client", [client, server]),
          this.#pass("server", [server, client]),
        );
      }
    } catch {
      // The listener was closed, or nobody is behind it.
    }
  }

  async #pass(
    from: Passing["from"],
    [source, target]: readonly [Deno.TcpConn, Deno.TcpConn],
  ): Promise<void> {
    const reader = new FrameReader();
    const buffer = new Uint8Array(READ_BYTES);
    let index = 0;
    try {
      for (;;) {
        const length = await source.read(buffer);
        if (length === null) break;
        reader.push(buffer.subarray(0, length));
        for (;;) {
          const body = reader.next(FRAME_MAX_BYTES);
          if (body === undefined) break;
          const message = readable(body);
          for (const sent of this.#options.rule({ from, index: ++index, body, message })) {
            await write(target, sent);
          }
        }
      }
      if (!this.#options.holdsOpen) await target.closeWrite();
    } catch {
      if (!this.#options.holdsOpen) close(target);
    }
  }
}

async function write(conn: Deno.TcpConn, { body, msPerByte }: Sent): Promise<void> {
  const frame = encodeFrame(body);
  if (msPerByte === undefined) return await writeAll(conn, frame);
  for (const byte of frame) {
    await writeAll(conn, Uint8Array.of(byte));
    await new Promise((resolve) => setTimeout(resolve, msPerByte));
  }
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
}

function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
