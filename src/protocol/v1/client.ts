/**
 * The client of protocol 1 as a state machine (PROTOCOL-1, phases 1 to 4); phases 5 and 6 are in
 * channel.ts.
 *
 * @module
 */

import { passwordHash, SALT_BYTES } from "../../crypto/password.ts";
import { decodeBase64 } from "../../bytes/base64.ts";
import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { type Certificate, certificatePem } from "../../pki/certificate.ts";
import type { Identity } from "../../pki/identity.ts";
import type { Entropy, Input, Output, Session, SessionEvent, SignIn } from "../session.ts";
import { openChannel } from "./channel.ts";
import { agreeOnKey, clientShareFrame } from "./key_exchange.ts";
import { messageFrame, parseMessage } from "./messages.ts";
import { ended, handshakeState, misused, output } from "./output.ts";
import { judgePeer } from "./peer_certificate.ts";
import { peerRefusal } from "./peer_status.ts";
import { openSealed, sealedFrame } from "./sealed.ts";

const NONCE_BYTES = 16;

/** What a client session is made of. */
export interface ClientConfig {
  readonly identity: Identity;
  readonly ca: Certificate;
  /** The name or address that the server's certificate must carry. */
  readonly serverName: string;
  readonly entropy: Entropy;
}

/** What the handshake has found out so far. */
interface Known {
  readonly config: ClientConfig;
  readonly server: Certificate;
  readonly controlKey: Uint8Array;
}

/**
 * A client session before its first frame: it takes "start".
 *
 * @param config Identity, trust and randomness.
 * @returns The session.
 */
export function clientSession(config: ClientConfig): Session {
  return handshakeState("step", (input) => {
    if (input.kind !== "start") return misused(input, "not started");
    const hello = messageFrame({
      type: "hello",
      client_cert: certificatePem(config.identity.certificate),
      nonce: config.entropy.bytes(NONCE_BYTES).toBase64(),
    });
    return output(helloSent(config), {
      send: [hello],
      events: [{ kind: "phase", phase: 1, text: "exchange of certificates" }],
    });
  });
}

function helloSent(config: ClientConfig): Session {
  return handshakeState("step", async (input) => {
    if (input.kind !== "frame") return misused(input, "waiting for server_hello");
    const message = parseMessage(input.body, ["server_hello", "status"]);
    if (message.type === "status") return ended(peerRefusal(message, "BAD_CERT"));
    const verdict = await judgePeer(message.server_cert, {
      ca: config.ca,
      role: "server",
      at: new Date(input.nowMs),
      name: config.serverName,
      own: config.identity.certificate,
    });
    if (verdict.kind === "refused") return ended(verdict.error, [verdict.frame]);
    const exponent = config.entropy.exponent();
    const server = verdict.certificate;
    return output(controlShareSent(config, server, exponent), {
      send: [clientShareFrame(exponent)],
      events: [
        { kind: "peer", certificate: server },
        { kind: "phase", phase: 2, text: "key for signing in (Diffie-Hellman, group 14)" },
      ],
    });
  });
}

function controlShareSent(config: ClientConfig, server: Certificate, exponent: bigint): Session {
  return handshakeState("step", (input) => {
    const share = parseServerShare(input);
    const known = { config, server, controlKey: agreeOnKey(exponent, share) };
    return output(signInWanted(known), {
      events: [
        { kind: "phase", phase: 3, text: "register or log in, encrypted" },
        { kind: "sign_in_wanted" },
      ],
    });
  });
}

function signInWanted(known: Known): Session {
  return handshakeState("person", (input) => {
    if (input.kind === "frame") {
      const status = parseMessage(input.body, ["status"]);
      return ended(peerRefusal(status, "HANDSHAKE"));
    }
    if (input.kind !== "sign_in") return misused(input, "waiting for the person");
    const { request } = input;
    if (request.mode === "register") {
      return register(known, request);
    }
    if (request.salt !== undefined) return logIn(known, request, request.salt);
    return output(saltRequested(known, request), {
      send: [sealedFrame(known.controlKey, { type: "salt_request", email: request.email })],
    });
  });
}

function register(known: Known, request: Extract<SignIn, { mode: "register" }>): Output {
  const salt = known.config.entropy.bytes(SALT_BYTES);
  const { email, username, password } = request;
  const frame = sealedFrame(known.controlKey, {
    type: "register",
    email,
    username,
    pwd: passwordHash(salt, password).toBase64(),
    salt: salt.toBase64(),
  });
  const accepted: SessionEvent[] = [
    { kind: "registered", email, salt },
    { kind: "signed_in", email, username },
  ];
  return output(signInSent(known, accepted), { send: [frame] });
}

function logIn(
  known: Known,
  request: Extract<SignIn, { mode: "login" }>,
  salt: Uint8Array,
): Output {
  const frame = sealedFrame(known.controlKey, {
    type: "login",
    email: request.email,
    pwd: passwordHash(salt, request.password).toBase64(),
    nonce: known.config.entropy.bytes(NONCE_BYTES).toBase64(),
  });
  const accepted: SessionEvent[] = [{ kind: "signed_in", email: request.email, username: "" }];
  return output(signInSent(known, accepted), { send: [frame] });
}

function saltRequested(known: Known, request: Extract<SignIn, { mode: "login" }>): Session {
  return handshakeState("step", (input) => {
    if (input.kind !== "frame") return misused(input, "waiting for the salt");
    const message = openSealed(known.controlKey, { body: input.body, wanted: ["salt", "status"] });
    if (message.type === "salt") return logIn(known, request, decodeBase64(message.salt, "salt"));
    const said = printable(message.message || message.status);
    throw new ChatError("SIGN_IN", `cannot log in: asked for a salt, the server says "${said}"`, {
      hint:
        "try again later; a server that tells no salts wants the machine that registered the account",
    });
  });
}

function signInSent(known: Known, accepted: readonly SessionEvent[]): Session {
  return handshakeState("step", (input) => {
    if (input.kind !== "frame") return misused(input, "waiting for the answer");
    const status = openSealed(known.controlKey, { body: input.body, wanted: ["status"] });
    if (status.status !== "OK") return ended(peerRefusal(status, "SIGN_IN"));
    const exponent = known.config.entropy.exponent();
    return output(sessionShareSent(known, exponent), {
      send: [clientShareFrame(exponent)],
      events: [
        ...accepted,
        { kind: "phase", phase: 4, text: "session key (Diffie-Hellman, group 14)" },
      ],
    });
  });
}

function sessionShareSent({ config, server }: Known, exponent: bigint): Session {
  return handshakeState("step", (input) => {
    const sessionKey = agreeOnKey(exponent, parseServerShare(input));
    const { signingKey } = config.identity;
    const session = openChannel({ role: "client", sessionKey, signingKey, peer: server });
    return output(session, {
      events: [
        { kind: "opened", sessionKey },
        { kind: "phase", phase: 5, text: "chat, every message signed" },
      ],
    });
  });
}

function parseServerShare(input: Input): bigint {
  if (input.kind !== "frame") return misused(input, "waiting for dh_server");
  const message = parseMessage(input.body, ["dh_server", "status"]);
  if (message.type === "dh_server") return message.B;
  throw peerRefusal(message, "HANDSHAKE");
}
