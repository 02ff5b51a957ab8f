/**
 * A peer that obeys nothing: it sends whatever bytes it is told to, from whatever address of this
 * machine, and keeps the frames that come back.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { FrameReader } from "../../src/protocol/frame.ts";
import { decodeJson, type JsonValue } from "../../src/protocol/v1/json.ts";
import { messageFrame, type MessageType } from "../../src/protocol/v1/messages.ts";
import { FIRST_ADDRESS } from "./attack.ts";

/** A message that came back, or what came instead of one. */
export type Answer =
  & { readonly type: MessageType | "end" | "silence" }
  & Readonly<Record<string, unknown>>;

/** Longest wait for an answer, ms. */
const ANSWER_MS = 8_000;

const FRAME_MAX_BYTES = 1 << 20;

/** A connection in hostile hands. */
export class RawPeer {
  /** Its own port: by this the server's events about it are found. */
  readonly localPort: number;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #answers: Answer[] = [];
  readonly #closed = Promise.withResolvers<void>();
  #isOver = false;
  #wake = Promise.withResolvers<void>();

  /** @param socket A connected socket, now its own. */
  constructor(socket: Socket) {
    this.localPort = socket.localPort ?? 0;
    this.#socket = socket;
    socket.on("data", (chunk: Uint8Array) => this.#take(chunk));
    socket.on("end", () => this.#over());
    socket.on("error", () => this.#over());
    socket.on("close", () => {
      this.#over();
      this.#closed.resolve();
    });
  }

  /**
   * Connects to a port of this machine.
   *
   * @param port The port.
   * @param from The address to come from.
   * @returns The peer; it has sent nothing.
   */
  static async connect(port: number, from = FIRST_ADDRESS): Promise<RawPeer> {
    const socket = connect({ host: FIRST_ADDRESS, port, localAddress: from });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
    return new RawPeer(socket);
  }

  /** Whether the other side has ended the connection. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends bytes as they are. */
  send(bytes: Uint8Array): void {
    if (!this.#isOver) this.#socket.write(bytes);
  }

  /** Sends a message in a frame, whatever is in it. */
  sendMessage(
    message: Readonly<Record<string, JsonValue>> & { readonly type: MessageType },
  ): void {
    this.send(messageFrame(message));
  }

  /**
   * Waits for an answer.
   *
   * @param ms Longest wait.
   * @returns The next message, "end" when the connection has ended, "silence" when nothing came.
   */
  async next(ms = ANSWER_MS): Promise<Answer> {
    const deadline = Date.now() + ms;
    while (this.#answers.length === 0) {
      if (this.#isOver) return { type: "end" };
      if (Date.now() >= deadline) return { type: "silence" };
      const timer = setTimeout(() => this.#wake.resolve(), deadline - Date.now());
      await this.#wake.promise;
      clearTimeout(timer);
      this.#wake = Promise.withResolvers();
    }
    return this.#answers.shift() ?? { type: "silence" };
  }

  /** Drops the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.#closed.promise;
  }

  #take(chunk: Uint8Array): void {
    this.#reader.push(chunk);
    for (;;) {
      const body = this.#reader.next(FRAME_MAX_BYTES);
      if (body === undefined) break;
      this.#answers.push(decodeJson(body) as Answer);
    }
    this.#wake.resolve();
  }

  #over(): void {
    this.#isOver = true;
    this.#wake.resolve();
  }
}
