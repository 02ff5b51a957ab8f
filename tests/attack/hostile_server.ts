/**
 * A server in hostile hands: whoever connects meets a script.
 *
 * @module
 */

import { type AddressInfo, createServer, type Server } from "node:net";
import { randomBytes, randomExponent } from "../../src/crypto/entropy.ts";
import { type Certificate, certificatePem } from "../../src/pki/certificate.ts";
import { answerShare } from "../../src/protocol/v1/key_exchange.ts";
import type { Message } from "../../src/protocol/v1/messages.ts";
import { FIRST_ADDRESS } from "./attack.ts";
import { RawPeer } from "./raw_peer.ts";

/** A running hostile server. */
export class HostileServer {
  readonly #server: Server;
  readonly #peers: RawPeer[] = [];

  constructor(script: (peer: RawPeer) => Promise<void>) {
    this.#server = createServer((socket) => {
      const peer = new RawPeer(socket);
      this.#peers.push(peer);
      void script(peer);
    });
  }

  /**
   * Starts on a free port.
   *
   * @param script What each client meets.
   * @returns The server.
   */
  static async start(script: (peer: RawPeer) => Promise<void>): Promise<HostileServer> {
    const hostile = new HostileServer(script);
    await new Promise<void>((resolve) => hostile.#server.listen(0, FIRST_ADDRESS, resolve));
    return hostile;
  }

  /** Where it listens. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Drops everybody and stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) await peer[Symbol.asyncDispose]();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** Takes a client's hello and answers with a certificate, whoever it belongs to. */
export async function answerHello(peer: RawPeer, certificate: Certificate): Promise<void> {
  await peer.next();
  peer.sendMessage({
    type: "server_hello",
    server_cert: certificatePem(certificate),
    nonce: randomBytes(16).toBase64(),
  });
}

/** Takes a client's half of an exchange and answers honestly; gives the key. */
export async function answerExchange(peer: RawPeer): Promise<Uint8Array> {
  const share = await peer.next();
  if (share.type !== "dh_client") throw new Error(`expected dh_client, got ${share.type}`);
  const { A, p } = share as unknown as Message<"dh_client">;
  const { frame, key } = answerShare({ type: "dh_client", g: 2n, p, A }, randomExponent());
  peer.send(frame);
  return key;
}
