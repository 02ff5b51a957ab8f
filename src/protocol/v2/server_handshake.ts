/**
 * The server's side of the handshake (PROTOCOL-2 §2).
 *
 * @module
 */

import {
  encapsulateHybrid,
  type HybridEncapsulation,
  type HybridShare,
} from "../../crypto/hybrid_kem.ts";
import type { Secret } from "../../crypto/secret.ts";
import { asChatError, ChatError } from "../../errors.ts";
import type { Trust } from "../../pki/trust.ts";
import { encodeFrame } from "../frame.ts";
import {
  failedStep,
  handshakeOver,
  type HandshakeStep,
  type OwnIdentity,
  PeerEnded,
  plainStatus,
  type SignInMode,
} from "./handshake.ts";
import { noteOf } from "./handshake_note.ts";
import {
  authInput,
  deriveStreams,
  handshakeSecret,
  hashAuth,
  hashHellos,
  sessionName,
} from "./key_schedule.ts";
import { isSignedLabelled, signLabelled } from "./labelled_signature.ts";
import { encodeMessage, parseMessage, VERSION } from "./messages.ts";
import { onlyObject } from "./only_object.ts";
import { judgeChain, type PeerIdentity } from "./peer_identity.ts";
import { peerRefusal } from "./peer_refusal.ts";
import { RecordOpener, RecordSealer } from "./record_stream.ts";

/** What a server's handshake is made of. */
export interface ServerHandshakeOptions {
  readonly own: OwnIdentity;
  readonly trust: Trust;
  readonly signIn: SignInMode;
  /** What answers a client's share, for vectors: the runtime encapsulates with its own randomness. */
  readonly encapsulate?: (offer: HybridShare) => Promise<HybridEncapsulation>;
}

/** What is known once the client's hello is here. */
interface Keys {
  readonly hs: Secret;
  readonly h1: Uint8Array;
  readonly sealer: RecordSealer;
  readonly opener: RecordOpener;
}

/** A handshake under way, from before the client's hello. */
export class ServerHandshake {
  readonly #options: ServerHandshakeOptions;
  #keys: Keys | undefined;
  #hasEnded = false;

  /** @param options Who, whom it trusts, how clients sign in. */
  constructor(options: ServerHandshakeOptions) {
    this.#options = options;
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
      if (this.#keys === undefined) return await this.#takeHello(body);
      return await this.#takeAuth(body, this.#keys, nowMs);
    } catch (thrown) {
      const isPlain = this.#keys === undefined && !this.#hasEnded;
      this.#end();
      const step = failedStep(thrown);
      return isPlain ? { ...step, send: [plainStatus(asChatError(thrown))] } : step;
    }
  }

  async #takeHello(body: Uint8Array<ArrayBuffer>): Promise<HandshakeStep> {
    const hello = parseMessage(body, ["hello"]);
    const { own, encapsulate = (offer) => encapsulateHybrid(offer) } = this.#options;
    const { share, secrets } = await encapsulate(hello);
    const answer = encodeMessage({ type: "server_hello", version: VERSION, ...share });
    const hs = handshakeSecret(secrets);
    const h0 = hashHellos(body, answer);
    const streams = deriveStreams(hs, "handshake", h0);
    const input = authInput(hs, { side: "server", previous: h0, chain: own.chain });
    const sig = await signLabelled(own.signingKey, { label: "server auth", bytes: input });
    if (this.#hasEnded) {
      for (const secret of [hs, streams.server, streams.client]) {
        secret.wipe();
      }
    }
    this.#requireGoing();
    const auth = encodeMessage({ type: "auth", chain: own.chain, sig });
    const sealer = new RecordSealer(streams.server);
    const send = [encodeFrame(answer), sealer.seal([auth])];
    const h1 = hashAuth(h0, auth);
    this.#keys = { hs, h1, sealer, opener: new RecordOpener(streams.client) };
    const notes = [
      noteOf("client_hello", body),
      noteOf("server_hello", answer, { H0: h0, hs }),
      noteOf("server_auth", auth, { H1: h1 }),
    ];
    return { kind: "more", send, notes };
  }

  async #takeAuth(body: Uint8Array, keys: Keys, nowMs: number): Promise<HandshakeStep> {
    const { hs, h1, opener } = keys;
    const plain = onlyObject(opener.open(body));
    const h2 = hashAuth(h1, plain);
    const streams = deriveStreams(hs, "application", h2);
    const sealer = new RecordSealer(streams.server);
    try {
      const peer = await this.#judge(plain, keys, nowMs);
      this.#requireGoing();
      const ready = encodeMessage({ type: "ready", signin: this.#options.signIn });
      const session = sessionName(hs, h2);
      const notes = [
        noteOf("client_auth", plain, { H2: h2, session }),
        noteOf("ready", ready),
      ];
      const send = [sealer.seal([ready])];
      const channel = {
        sealer,
        opener: new RecordOpener(streams.client),
        peer,
        session,
        signIn: this.#options.signIn,
      };
      this.#end();
      return { kind: "done", send, channel, notes };
    } catch (thrown) {
      const step = failedStep(thrown, this.#hasEnded ? undefined : sealer);
      this.#end();
      sealer.wipe();
      streams.client.wipe();
      return step;
    }
  }

  async #judge(plain: Uint8Array, { hs, h1 }: Keys, nowMs: number): Promise<PeerIdentity> {
    const auth = parseMessage(plain, ["auth", "status"]);
    if (auth.type === "status") throw new PeerEnded(peerRefusal(auth, "HANDSHAKE"));
    const { own, trust } = this.#options;
    const peer = await judgeChain(auth.chain, { trust, role: "client", nowMs });
    const signed = authInput(hs, { side: "client", previous: h1, chain: auth.chain });
    const claim = { label: "client auth", bytes: signed, signature: auth.sig } as const;
    if (!isSignedLabelled(peer.leaf.key, claim)) {
      throw new ChatError("HANDSHAKE", "cannot accept client: it did not sign this connection");
    }
    if (peer.fingerprint === own.fingerprint) {
      throw new ChatError("BAD_CERT", "cannot accept client: it shows this server's certificate");
    }
    return peer;
  }

  /**
   * Ends it from this side.
   *
   * @param error Why.
   * @returns What the other side is told, where it can be told.
   */
  abort(error: ChatError): readonly Uint8Array<ArrayBuffer>[] {
    // A client that has read server_auth reads "s ap" next, whose keys no side has before client_auth: it
    // would take a second record of "s hs" for a forgery.
    const send = this.#hasEnded || this.#keys !== undefined ? [] : [plainStatus(error)];
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
    this.#keys?.hs.wipe();
    this.#keys?.sealer.wipe();
    this.#keys?.opener.wipe();
    this.#keys = undefined;
  }
}
