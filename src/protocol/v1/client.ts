/**
 * The client of protocol 1 as a state machine (PROTOCOL-1, phases 1 to 4); phases 5 and 6 are in
 * channel.ts.
 *
 * @module
 */

import { passwordHash, SALT_BYTES } from "../../crypto/password.ts";
import { decodeBase64 } from "../../bytes/base64.ts";
import { type Certificate, certificatePem } from "../../pki/certificate.ts";
import type { Identity } from "../../pki/identity.ts";
import type { Trust } from "../../pki/trust.ts";
import type { Entropy, Input, Output, Session, SessionEvent, SignIn } from "../session.ts";
import { openChannel } from "./channel.ts";
import { agreeOnKey, clientShareFrame } from "./key_exchange.ts";
import { messageFrame, parseMessage } from "./messages.ts";
import { ended, handshakeState, misused, output } from "./output.ts";
import { judgePeer } from "./peer_certificate.ts";
import { peerRefusal, type RefusalMeaning } from "./peer_status.ts";
import { openSealed, sealedFrame } from "./sealed.ts";

const NONCE_BYTES = 16;

/** What a client session is made of. */
export interface ClientConfig {
  readonly identity: Identity;
  readonly trust: Trust;
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
    return output(helloSent(config), { send: [hello] });
  });
}

function helloSent(config: ClientConfig): Session {
  return handshakeState("step", async (input) => {
    if (input.kind !== "frame") return misused(input, "waiting for server_hello");
    const message = parseMessage(input.body, ["server_hello", "status"]);
    if (message.type === "status") return ended(peerRefusal(message, { code: "BAD_CERT" }));
    const verdict = await judgePeer(message.server_cert, {
      trust: config.trust,
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
        { kind: "phase", phase: 1, text: "certificates exchanged" },
        { kind: "peer", certificate: server },
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
        { kind: "phase", phase: 2, text: "key for signing in agreed (Diffie-Hellman, group 14)" },
        { kind: "sign_in_wanted" },
      ],
    });
  });
}

function signInWanted(known: Known): Session {
  return handshakeState("person", (input) => {
    if (input.kind === "frame") {
      const status = parseMessage(input.body, ["status"]);
      return ended(peerRefusal(status, { code: "HANDSHAKE" }));
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
  const hint = "log in with --login, or choose another address or name";
  return output(signInSent(known, { accepted, refused: { code: "SIGN_IN", hint } }), {
    send: [frame],
  });
}

type LogIn = Extract<SignIn, { mode: "login" }>;

function logIn(
  known: Known,
  request: LogIn,
  salt: Uint8Array,
): Output {
  const frame = sealedFrame(known.controlKey, {
    type: "login",
    email: request.email,
    pwd: passwordHash(salt, request.password).toBase64(),
    nonce: known.config.entropy.bytes(NONCE_BYTES).toBase64(),
  });
  const accepted: SessionEvent[] = [{ kind: "signed_in", email: request.email, username: "" }];
  // A salt from the book may be that of an account that was removed and made anew.
  const hint =
    "check the e-mail address and the password; if the operator made the account anew, " +
    "remove its line from the file of remembered salts";
  const refused = request.salt === undefined ? {} : { hint };
  return output(signInSent(known, { accepted, refused: { code: "SIGN_IN", ...refused } }), {
    send: [frame],
  });
}

function saltRequested(known: Known, request: LogIn): Session {
  return handshakeState("step", (input) => {
    if (input.kind !== "frame") return misused(input, "waiting for the salt");
    const message = openSealed(known.controlKey, { body: input.body, wanted: ["salt", "status"] });
    if (message.type === "status") {
      const hint = "a server that tells no salts wants the machine that registered the account";
      return ended(peerRefusal(message, { code: "SIGN_IN", hint }));
    }
    return logIn(known, request, decodeBase64(message.salt, "salt"));
  });
}

/** What the answer to a sign-in means. */
interface SignInMeaning {
  readonly accepted: readonly SessionEvent[];
  readonly refused: RefusalMeaning;
}

function signInSent(known: Known, { accepted, refused }: SignInMeaning): Session {
  return handshakeState("step", (input) => {
    if (input.kind !== "frame") return misused(input, "waiting for the answer");
    const status = openSealed(known.controlKey, { body: input.body, wanted: ["status"] });
    if (status.status !== "OK") return ended(peerRefusal(status, refused));
    const exponent = known.config.entropy.exponent();
    return output(sessionShareSent(known, exponent), {
      send: [clientShareFrame(exponent)],
      events: [
        ...accepted,
        { kind: "phase", phase: 3, text: "signed in" },
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
        { kind: "phase", phase: 4, text: "session key agreed (Diffie-Hellman, group 14)" },
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
  throw peerRefusal(message, { code: "HANDSHAKE" });
}
