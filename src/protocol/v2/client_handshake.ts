/**
 * The client's side of the handshake (PROTOCOL-2 §2).
 *
 * @module
 */

import { HybridKeyPair, type HybridSeeds } from "../../crypto/hybrid_kem.ts";
import type { Secret } from "../../crypto/secret.ts";
import { ChatError } from "../../errors.ts";
import type { Trust } from "../../pki/trust.ts";
import { encodeFrame } from "../frame.ts";
import type { HandshakeNote } from "../session.ts";
import {
  failedStep,
  handshakeOver,
  type HandshakeStep,
  type OwnIdentity,
  PeerEnded,
  statusObject,
} from "./handshake.ts";
import { noteOf } from "./handshake_note.ts";
import {
  authInput,
  deriveStreams,
  handshakeSecret,
  hashAuth,
  hashHellos,
  sessionName,
  type Streams,
} from "./key_schedule.ts";
import { isSignedLabelled, signLabelled } from "./labelled_signature.ts";
import { encodeMessage, parseMessage, VERSION } from "./messages.ts";
import { judgeChain, type PeerIdentity } from "./peer_identity.ts";
import { peerRefusal } from "./peer_refusal.ts";
import { RecordOpener, RecordSealer } from "./record_stream.ts";
import { onlyObject } from "./only_object.ts";

/** What a client's handshake is made of. */
export interface ClientHandshakeOptions {
  readonly own: OwnIdentity;
  readonly trust: Trust;
  /** The DNS name or IP address that the server's leaf must carry. */
  readonly serverName: string;
  /** Fixed private halves, for vectors. */
  readonly seeds?: HybridSeeds;
}

/** What is known once the server's hello is here. */
interface Keys {
  readonly hs: Secret;
  readonly h0: Uint8Array;
  readonly sealer: RecordSealer;
  readonly opener: RecordOpener;
}

/** What waits for `ready`. */
interface Waiting {
  readonly streams: { readonly sealer: RecordSealer; readonly opener: RecordOpener };
  readonly peer: PeerIdentity;
  readonly session: string;
}

/** A handshake under way; {@link start} makes one. */
export class ClientHandshake {
  readonly #options: ClientHandshakeOptions;
  readonly #hello: Uint8Array<ArrayBuffer>;
  #pair: HybridKeyPair | undefined;
  #keys: Keys | undefined;
  #waiting: Waiting | undefined;
  #hasEnded = false;

  /** @param options Who, whom it trusts. @param pair The key pairs of this connection. */
  constructor(options: ClientHandshakeOptions, pair: HybridKeyPair) {
    this.#options = options;
    this.#pair = pair;
    this.#hello = encodeMessage({ type: "hello", version: VERSION, ...pair.share });
  }

  /**
   * Begins.
   *
   * @param options Who, whom it trusts, whom it wants.
   * @returns The machine and its first step: the client's hello.
   */
  static async start(
    options: ClientHandshakeOptions,
  ): Promise<{ readonly machine: ClientHandshake; readonly step: HandshakeStep }> {
    const machine = new ClientHandshake(options, await HybridKeyPair.generate(options.seeds));
    const notes = [noteOf("client_hello", machine.#hello)];
    return { machine, step: { kind: "more", send: [encodeFrame(machine.#hello)], notes } };
  }

  /**
   * Takes a frame. The next one waits for this one's step.
   *
   * @param body Its body.
   * @param nowMs Now, milliseconds since the Unix epoch.
   * @returns What came of it. After "failed" or "done" the machine is used up.
   */
  async take(body: Uint8Array<ArrayBuffer>, nowMs: number): Promise<HandshakeStep> {
    try {
      this.#requireGoing();
      if (this.#waiting !== undefined) return this.#takeReady(body, this.#waiting);
      if (this.#keys !== undefined) return await this.#takeAuth(body, this.#keys, nowMs);
      return await this.#takeHello(body);
    } catch (thrown) {
      this.#end();
      return failedStep(thrown);
    }
  }

  async #takeHello(body: Uint8Array<ArrayBuffer>): Promise<HandshakeStep> {
    const message = parseMessage(body, ["server_hello", "status"]);
    if (message.type === "status") throw peerRefusal(message, "HANDSHAKE");
    const pair = this.#pair;
    if (pair === undefined) throw handshakeOver();
    this.#pair = undefined;
    const hs = handshakeSecret(await pair.decapsulate(message));
    if (this.#hasEnded) hs.wipe();
    this.#requireGoing();
    const h0 = hashHellos(this.#hello, body);
    const streams = deriveStreams(hs, "handshake", h0);
    const notes = [noteOf("server_hello", body, { H0: h0, hs, ...named(streams, "hs") })];
    const sealer = new RecordSealer(streams.client);
    this.#keys = { hs, h0, sealer, opener: new RecordOpener(streams.server) };
    return { kind: "more", send: [], notes };
  }

  /** Every refusal from here on is told, as record 0 of "c hs". */
  async #takeAuth(
    body: Uint8Array,
    keys: Keys,
    nowMs: number,
  ): Promise<HandshakeStep> {
    try {
      return await this.#answerAuth(body, keys, nowMs);
    } catch (thrown) {
      const step = failedStep(thrown, this.#hasEnded ? undefined : keys.sealer);
      this.#end();
      return step;
    }
  }

  async #answerAuth(body: Uint8Array, keys: Keys, nowMs: number): Promise<HandshakeStep> {
    const { hs, h0, opener, sealer } = keys;
    const plain = onlyObject(opener.open(body));
    const auth = parseMessage(plain, ["auth", "status"]);
    if (auth.type === "status") throw new PeerEnded(peerRefusal(auth, "HANDSHAKE"));
    const { own, trust, serverName } = this.#options;
    const peer = await judgeChain(auth.chain, { trust, role: "server", nowMs, name: serverName });
    const signed = authInput(hs, { side: "server", previous: h0, chain: auth.chain });
    const claim = { label: "server auth", bytes: signed, signature: auth.sig } as const;
    if (!isSignedLabelled(peer.leaf.key, claim)) {
      throw new ChatError("HANDSHAKE", "cannot accept server: it did not sign this connection");
    }
    if (peer.fingerprint === own.fingerprint) {
      throw new ChatError("BAD_CERT", "cannot accept server: it shows this client's certificate");
    }
    const h1 = hashAuth(h0, plain);
    const input = authInput(hs, { side: "client", previous: h1, chain: own.chain });
    const sig = await signLabelled(own.signingKey, { label: "client auth", bytes: input });
    this.#requireGoing();
    const answer = encodeMessage({ type: "auth", chain: own.chain, sig });
    const h2 = hashAuth(h1, answer);
    const streams = deriveStreams(hs, "application", h2);
    const session = sessionName(hs, h2);
    const notes: HandshakeNote[] = [
      noteOf("server_auth", plain, { H1: h1 }),
      noteOf("client_auth", answer, { H2: h2, ...named(streams, "ap"), session }),
    ];
    const send = [sealer.seal([answer])];
    this.#dropKeys();
    this.#waiting = {
      peer,
      session,
      streams: {
        sealer: new RecordSealer(streams.client),
        opener: new RecordOpener(streams.server),
      },
    };
    return { kind: "more", send, notes };
  }

  #takeReady(body: Uint8Array, { peer, session, streams }: Waiting): HandshakeStep {
    const plain = onlyObject(streams.opener.open(body));
    const ready = parseMessage(plain, ["ready", "status"]);
    if (ready.type === "status") throw peerRefusal(ready, "HANDSHAKE");
    const channel = { ...streams, peer, session, signIn: ready.signin };
    this.#waiting = undefined; // the streams are the channel's from now on
    this.#end();
    return { kind: "done", send: [], channel, notes: [noteOf("ready", plain)] };
  }

  /**
   * Ends it from this side.
   *
   * @param error Why.
   * @returns What the other side is told, where it can be told.
   */
  abort(error: ChatError): readonly Uint8Array<ArrayBuffer>[] {
    // Before `ready` a client sends nothing behind its client_auth.
    const sealer = this.#keys?.sealer;
    const send = sealer === undefined ? [] : [sealer.seal([statusObject(error)])];
    this.#end();
    return send;
  }

  /** What this side ended while a frame was being judged stays ended. */
  #requireGoing(): void {
    if (this.#hasEnded) throw handshakeOver();
  }

  /** No state outlives an end: what comes later meets no key. */
  #end(): void {
    this.#hasEnded = true;
    this.#dropKeys();
    this.#waiting?.streams.sealer.wipe();
    this.#waiting?.streams.opener.wipe();
    this.#waiting = undefined;
  }

  /** Private keys and `hs` serve once. */
  #dropKeys(): void {
    this.#pair = undefined;
    this.#keys?.hs.wipe();
    this.#keys?.sealer.wipe();
    this.#keys?.opener.wipe();
    this.#keys = undefined;
  }
}

function named(streams: Streams, phase: "hs" | "ap"): Readonly<Record<string, Secret>> {
  return { [`s ${phase}`]: streams.server, [`c ${phase}`]: streams.client };
}
