/**
 * A line between clients and a server that can be cut, held, and led to another server.
 *
 * @module
 */

const HOST = "127.0.0.1";

interface Pair {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
}

/** A running line; dispose of it. */
export class LooseLine implements AsyncDisposable {
  /** Where it leads. */
  port: number;
  /** Nothing of the server's reaches a client while this is set. */
  isDeaf = false;
  readonly #listener: Deno.TcpListener;
  readonly #pairs = new Set<Pair>();
  /** Servers' ends that nothing of their client reaches for now. */
  #held: ReadonlySet<Deno.TcpConn> = new Set();
  readonly #running = new Set<Promise<void>>();
  readonly #orphans: Deno.TcpConn[] = [];

  /** @param port Of the server. */
  constructor(port: number) {
    this.port = port;
    this.#listener = Deno.listen({ hostname: HOST, port: 0 });
    this.#run(this.#accept());
  }

  /** Where clients dial. */
  get ownPort(): number {
    return this.#listener.addr.port;
  }

  /** Cuts every line that there is. The server notices, or (`isSilent`) goes on waiting for the client. */
  cut({ isSilent = false }: { readonly isSilent?: boolean } = {}): void {
    for (const { client, server } of this.#pairs) {
      close(client);
      if (isSilent) this.#orphans.push(server);
      else close(server);
    }
    this.#pairs.clear();
  }

  /** What clients send on the lines that there are waits. */
  hold(): void {
    this.#held = new Set([...this.#pairs].map(({ server }) => server));
  }

  /** What was held goes on. */
  release(): void {
    this.#held = new Set();
  }

  #run(work: Promise<void>): void {
    const running = work.catch(() => undefined).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      try {
        const server = await Deno.connect({ hostname: HOST, port: this.port });
        const pair = { client, server };
        this.#pairs.add(pair);
        this.#run(this.#pump(client, server, () => this.#held.has(server)));
        this.#run(this.#pump(server, client, () => this.isDeaf));
      } catch {
        close(client);
      }
    }
  }

  async #pump(from: Deno.TcpConn, to: Deno.TcpConn, waits: () => boolean): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const length = await from.read(buffer).catch(() => null);
      if (length === null) break;
      while (waits()) await new Promise((ok) => setTimeout(ok, 5));
      let rest = buffer.subarray(0, length);
      while (rest.length > 0) rest = rest.subarray(await to.write(rest));
    }
    if (!this.#orphans.includes(to)) close(to);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isDeaf = false;
    this.release();
    this.#listener.close();
    this.cut();
    for (const conn of this.#orphans.splice(0)) close(conn);
    await Promise.all(this.#running);
  }
}

function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch { /* it is closed already */ }
}
