/**
 * A client over TLS of servers that are compared: what comes is text.
 *
 * @module
 */

import { certificatePem } from "../../../src/pki/certificate.ts";
import type { Issuer } from "../issuer.ts";

/** The name in certificates of servers over TLS. */
export const TLS_NAME = "localhost";

const READ_BYTES = 32_768;

/** See the module. */
export class TlsClient implements Disposable {
  readonly #conn: Deno.TlsConn;
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  readonly #waiting: { readonly mark: string; resolve(): void }[] = [];
  #seen = "";
  #rest = "";
  #onUnit: ((unit: string) => void) | undefined;
  #isOpen = true;
  #writing: Promise<unknown> = Promise.resolve();
  readonly #end: string;

  /** @param conn Connected. @param end Ends a unit of what comes: a line's or a stanza's. */
  constructor(conn: Deno.TlsConn, end: string) {
    [this.#conn, this.#end] = [conn, end];
    void this.#read();
  }

  /** Connects to a port of this machine; the server's certificate must be of a CA. */
  static async dial(
    port: number,
    { issuer, end }: { readonly issuer: Issuer; readonly end: string },
  ): Promise<TlsClient> {
    const caCerts = [certificatePem(issuer.certificate)];
    const plain = await Deno.connect({ hostname: "127.0.0.1", port });
    plain.setNoDelay(true); // as this product's clients do
    const conn = await Deno.startTls(plain, { hostname: TLS_NAME, caCerts });
    await conn.handshake();
    return new TlsClient(conn, end);
  }

  /** Whether the server has not closed it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Calls for each unit from now on, half a unit that is here already included. */
  listen(onUnit: (unit: string) => void): void {
    this.#onUnit = onUnit;
    this.#rest = this.#seen.slice(this.#seen.lastIndexOf(this.#end) + 1);
    this.#seen = "";
  }

  /** Sends text. */
  send(text: string): void {
    const bytes = this.#encoder.encode(text);
    this.#writing = this.#writing.then(() => this.#write(bytes)).catch(() => this.#isOpen = false);
  }

  /** Waits until something has come, behind what the last call waited for; before {@link listen} only. */
  async until(mark: string): Promise<void> {
    if (!this.#isOpen) throw new Error(`closed before ${mark}: ${this.#seen.slice(-500)}`);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ mark, resolve });
    this.#wake();
    await promise;
    if (!this.#isOpen) throw new Error(`closed before ${mark}: ${this.#seen.slice(-500)}`);
  }

  [Symbol.dispose](): void {
    this.#isOpen = false;
    try {
      this.#conn.close();
    } catch {
      // The server has closed it.
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#conn.write(rest));
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const length = await this.#conn.read(buffer).catch(() => null);
      if (length === null) break;
      this.#take(this.#decoder.decode(buffer.subarray(0, length), { stream: true }));
    }
    this.#isOpen = false;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #take(text: string): void {
    if (this.#onUnit === undefined) {
      this.#seen += text;
      return this.#wake();
    }
    const units = (this.#rest + text).split(this.#end);
    this.#rest = units.pop() ?? "";
    for (const unit of units) this.#onUnit(unit);
  }

  #wake(): void {
    for (let one = this.#waiting[0]; one !== undefined; one = this.#waiting[0]) {
      const at = this.#seen.indexOf(one.mark);
      if (at < 0) return;
      this.#seen = this.#seen.slice(at + one.mark.length);
      this.#waiting.shift();
      one.resolve();
    }
  }
}
