import net from "node:net";

const HOST = "127.0.0.1";

/**
 * A socket from an address of this machine that the caller chooses, which `Deno.connect` cannot. It has
 * what `FrameStream` needs of a `Deno.TcpConn`, and reads nothing that nobody asks for.
 */
export class BoundConn {
  readonly #socket: net.Socket;
  readonly #hasEnded = Promise.withResolvers<void>();
  #isOver = false;
  /** Why it ended, where the other side did not close it in order. */
  fault: string | undefined;

  /** @param socket Connected, or about to be. */
  constructor(socket: net.Socket) {
    this.#socket = socket;
    const over = () => {
      this.#isOver = true;
      this.#hasEnded.resolve();
    };
    socket.on("error", (error: Error & { readonly code?: string }) => {
      this.fault = error.code ?? error.message;
      over();
    });
    socket.on("end", over);
    socket.on("close", over);
  }

  /** Connects to a port of 127.0.0.1. */
  static async dial(from: string, port: number): Promise<BoundConn> {
    const socket = net.connect({ host: HOST, port, localAddress: from });
    const conn = new BoundConn(socket);
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once("connect", () => resolve());
    await Promise.race([promise, conn.#hasEnded.promise]);
    if (conn.fault !== undefined) throw new Error(conn.fault);
    return conn;
  }

  /** As {@link FrameStream} takes it. */
  get asConn(): Deno.TcpConn {
    return this as unknown as Deno.TcpConn;
  }

  /** See `Deno.Conn`. */
  async read(into: Uint8Array): Promise<number | null> {
    for (;;) {
      const chunk: Uint8Array | null = this.#socket.read();
      if (chunk !== null) {
        if (chunk.length > into.length) this.#socket.unshift(chunk.subarray(into.length));
        into.set(chunk.subarray(0, into.length));
        return Math.min(chunk.length, into.length);
      }
      if (this.#isOver) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      this.#socket.once("readable", wake);
      await Promise.race([promise, this.#hasEnded.promise]);
      this.#socket.removeListener("readable", wake);
    }
  }

  /** See `Deno.Conn`. */
  async write(bytes: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.write(bytes.slice(), (error) => error ? reject(error) : resolve());
    await Promise.race([promise, this.#hasEnded.promise]);
    if (this.#isOver) throw new Error(this.fault ?? "closed");
    return bytes.length;
  }

  /** See `Deno.Conn`. */
  closeWrite(): Promise<void> {
    this.#socket.end();
    return Promise.resolve();
  }

  /** See `Deno.Conn`. */
  close(): void {
    this.#socket.destroy();
  }

  /** See `Deno.TcpConn`. */
  setNoDelay(on: boolean): void {
    this.#socket.setNoDelay(on);
  }

  /** See `Deno.TcpConn`. */
  setKeepAlive(on: boolean): void {
    this.#socket.setKeepAlive(on);
  }
}
