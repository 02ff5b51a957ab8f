/**
 * A handshake whose every byte is known beforehand: the fixed keys of the vectors on both sides. A
 * machine can be had in any state, as often as a test wants one.
 *
 * @module
 */

import assert from "node:assert/strict";
import { HybridKeyPair } from "../../src/crypto/hybrid_kem.ts";
import type { Secret } from "../../src/crypto/secret.ts";
import type { ClientHandshake } from "../../src/protocol/v2/client_handshake.ts";
import type { SecureChannel } from "../../src/protocol/v2/handshake.ts";
import {
  deriveStreams,
  handshakeSecret,
  hashAuth,
  hashHellos,
} from "../../src/protocol/v2/key_schedule.ts";
import { RecordOpener, RecordSealer } from "../../src/protocol/v2/record_stream.ts";
import type { ServerHandshake } from "../../src/protocol/v2/server_handshake.ts";
import { bodyOf, codeOf, fixedSeeds, startClient, startServer } from "./fixed_machines.ts";
import { handshakeKeys } from "./handshake_keys.ts";

/** The messages of a handshake, in their order. */
export const HANDSHAKE_MESSAGES = [
  "client_hello",
  "server_hello",
  "server_auth",
  "client_auth",
  "ready",
] as const;

/** One of them. */
export type HandshakeMessage = typeof HANDSHAKE_MESSAGES[number];

/** A stream of the key schedule. */
export type StreamName = "s hs" | "c hs" | "s ap" | "c ap";

/** What a client waits for. */
export type ClientState = "server_hello" | "server_auth" | "ready";

/** What a server waits for. */
export type ServerState = "client_hello" | "client_auth";

/** Frame bodies by message. */
export type Bodies = Readonly<Record<HandshakeMessage, Uint8Array<ArrayBuffer>>>;

/** Names of identities among the vectors' keys. */
export interface Sides {
  readonly client: string;
  readonly server: string;
}

/** A handshake of two identities with the fixed keys. */
export class FixedHandshake {
  /** Who. */
  readonly sides: Sides;
  /** What each frame carries. */
  readonly bodies: Bodies;
  /** Both ends as the machines gave them. */
  readonly channels: { readonly client: SecureChannel; readonly server: SecureChannel };

  /** @param sides Who. @param run What came of it. */
  constructor(sides: Sides, { bodies, channels }: Pick<FixedHandshake, "bodies" | "channels">) {
    this.sides = sides;
    this.bodies = bodies;
    this.channels = channels;
  }

  /**
   * Runs it once.
   *
   * @param sides Who.
   * @returns It.
   */
  static async of(sides: Sides): Promise<FixedHandshake> {
    const { machine: client, hello } = await startClient(sides.client);
    const server = await startServer(sides.server);
    const { nowMs } = handshakeKeys();
    const answered = await server.take(hello, nowMs);
    const [serverHello, serverAuth] = answered.send.map(bodyOf);
    await client.take(bodyOf(answered.send[0]), nowMs);
    const signed = await client.take(bodyOf(answered.send[1]), nowMs);
    assert.ok(signed.kind !== "failed", signed.kind === "failed" ? signed.error.message : "");
    const clientAuth = bodyOf(signed.send[0]);
    const accepted = await server.take(clientAuth, nowMs);
    const ready = bodyOf(accepted.send[0]);
    const ended = await client.take(ready, nowMs);
    assert.ok(serverHello !== undefined && serverAuth !== undefined);
    assert.ok(accepted.kind === "done" && ended.kind === "done", codeOf(ended));
    const bodies = {
      ...{ client_hello: hello, server_hello: serverHello, server_auth: serverAuth },
      ...{ client_auth: clientAuth, ready },
    };
    const channels = { client: ended.channel, server: accepted.channel };
    return new FixedHandshake(sides, { bodies, channels });
  }

  /**
   * A new client in a state.
   *
   * @param state What it waits for.
   * @param name Another identity than this handshake's client.
   * @returns The machine.
   */
  async clientWaitingFor(state: ClientState, name = this.sides.client): Promise<ClientHandshake> {
    const { nowMs } = handshakeKeys();
    const { machine } = await startClient(name);
    if (state !== "server_hello") await machine.take(this.bodies.server_hello, nowMs);
    if (state === "ready") await machine.take(this.bodies.server_auth, nowMs);
    return machine;
  }

  /**
   * A new server in a state.
   *
   * @param state What it waits for.
   * @returns The machine.
   */
  async serverWaitingFor(state: ServerState): Promise<ServerHandshake> {
    const machine = await startServer(this.sides.server);
    if (state === "client_auth") {
      await machine.take(this.bodies.client_hello, handshakeKeys().nowMs);
    }
    return machine;
  }

  /** @returns The handshake's secret, as a peer that broke the rules would hold it. */
  async secret(): Promise<Secret> {
    const pair = await HybridKeyPair.generate(fixedSeeds());
    const { mlkem, x25519 } = JSON.parse(new TextDecoder().decode(this.bodies.server_hello));
    return handshakeSecret(
      await pair.decapsulate({
        mlkem: Uint8Array.fromBase64(mlkem),
        x25519: Uint8Array.fromBase64(x25519),
      }),
    );
  }

  /** @returns `H0`, `H1`, `H2`, and the plaintexts that they are made of. */
  async transcript(): Promise<
    Readonly<Record<"h0" | "h1" | "h2" | "serverAuth" | "clientAuth" | "ready", Uint8Array>>
  > {
    const h0 = hashHellos(this.bodies.client_hello, this.bodies.server_hello);
    const serverAuth = await this.#plain("s hs", h0, this.bodies.server_auth);
    const h1 = hashAuth(h0, serverAuth);
    const clientAuth = await this.#plain("c hs", h0, this.bodies.client_auth);
    const h2 = hashAuth(h1, clientAuth);
    const ready = await this.#plain("s ap", h2, this.bodies.ready);
    return { h0, h1, h2, serverAuth, clientAuth, ready };
  }

  async #plain(stream: StreamName, context: Uint8Array, body: Uint8Array): Promise<Uint8Array> {
    const [plain = new Uint8Array()] = new RecordOpener(await this.stream(stream, context))
      .open(body);
    return plain;
  }

  /**
   * A stream's secret.
   *
   * @param name Which.
   * @param context `H0` for "hs", `H2` for "ap".
   * @returns The secret.
   */
  async stream(name: StreamName, context: Uint8Array): Promise<Secret> {
    const phase = name.endsWith("hs") ? "handshake" : "application";
    const streams = deriveStreams(await this.secret(), phase, context);
    return name.startsWith("s") ? streams.server : streams.client;
  }

  /**
   * A record 0 of a stream, holding anything.
   *
   * @param name The stream.
   * @param objects What it holds.
   * @returns The frame's body.
   */
  async seal(
    name: StreamName,
    ...objects: readonly Uint8Array[]
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { h0, h2 } = await this.transcript();
    const secret = await this.stream(name, name.endsWith("hs") ? h0 : h2);
    return bodyOf(new RecordSealer(secret).seal(objects));
  }
}
