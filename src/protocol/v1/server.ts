/**
 * The server of protocol 1 as a state machine (PROTOCOL-1, phases 1 to 4); phases 5 and 6 are in
 * channel.ts.
 *
 * @module
 */

import { decodeBase64 } from "../../bytes/base64.ts";
import { ChatError } from "../../errors.ts";
import { type Certificate, certificatePem } from "../../pki/certificate.ts";
import type { Identity } from "../../pki/identity.ts";
import type { Trust } from "../../pki/trust.ts";
import type { AccountAnswer, AccountRequest, Entropy, Output, Session } from "../session.ts";
import { openChannel } from "./channel.ts";
import { answerShare } from "./key_exchange.ts";
import { type Message, messageFrame, parseMessage } from "./messages.ts";
import { ended, handshakeState, misused, output } from "./output.ts";
import { judgePeer } from "./peer_certificate.ts";
import { peerRefusal } from "./peer_status.ts";
import { openSealed, sealedFrame } from "./sealed.ts";

const NONCE_BYTES = 16;

/** Salts that one connection may ask for: a person mistypes an address once or twice. */
const SALT_REQUESTS_MAX = 3;

/** What a server session is made of. */
export interface ServerConfig {
  readonly identity: Identity;
  readonly trust: Trust;
  readonly entropy: Entropy;
}

/** What the handshake has found out so far. */
interface Known {
  readonly config: ServerConfig;
  readonly client: Certificate;
  readonly controlKey: Uint8Array;
  readonly saltRequests: number;
}

/**
 * A server session before the client's first frame.
 *
 * @param config Identity, trust and randomness.
 * @returns The session.
 */
export function serverSession(config: ServerConfig): Session {
  return handshakeState("step", async (input) => {
    if (input.kind === "start") return output(serverSession(config));
    if (input.kind !== "frame") return misused(input, "waiting for hello");
    const hello = parseMessage(input.body, ["hello"]);
    const verdict = await judgePeer(hello.client_cert, {
      trust: config.trust,
      role: "client",
      at: new Date(input.nowMs),
      own: config.identity.certificate,
    });
    if (verdict.kind === "refused") return ended(verdict.error, [verdict.frame]);
    const answer = messageFrame({
      type: "server_hello",
      server_cert: certificatePem(config.identity.certificate),
      nonce: config.entropy.bytes(NONCE_BYTES).toBase64(),
    });
    return output(controlShareWanted(config, verdict.certificate), {
      send: [answer],
      events: [
        { kind: "phase", phase: 1, text: "certificates exchanged" },
        { kind: "peer", certificate: verdict.certificate },
      ],
    });
  });
}

function controlShareWanted(config: ServerConfig, client: Certificate): Session {
  return handshakeState("step", (input) => {
    if (input.kind !== "frame") return misused(input, "waiting for dh_client");
    const message = parseMessage(input.body, ["dh_client", "status"]);
    if (message.type === "status") throw peerRefusal(message, { code: "HANDSHAKE" });
    const { frame, key } = answerShare(message, config.entropy.exponent());
    return output(accountWanted({ config, client, controlKey: key, saltRequests: 0 }), {
      send: [frame],
      events: [{ kind: "phase", phase: 2, text: "key for signing in agreed" }],
    });
  });
}

function accountWanted(known: Known): Session {
  return handshakeState("person", (input) => {
    if (input.kind !== "frame") return misused(input, "waiting for register or login");
    const message = openSealed(known.controlKey, {
      body: input.body,
      wanted: ["register", "login", "salt_request"],
    });
    const saltRequests = known.saltRequests + (message.type === "salt_request" ? 1 : 0);
    if (saltRequests > SALT_REQUESTS_MAX) {
      throw new ChatError("HANDSHAKE", `cannot tell more than ${SALT_REQUESTS_MAX} salts`);
    }
    return output(accountAsked({ ...known, saltRequests }), {
      events: [{ kind: "account_requested", request: accountRequest(message) }],
    });
  });
}

function accountRequest(message: Message<"register" | "login" | "salt_request">): AccountRequest {
  switch (message.type) {
    case "salt_request":
      return { mode: "salt", email: message.email };
    case "login":
      return { mode: "login", email: message.email, pwdHash: decodeBase64(message.pwd, "pwd") };
    case "register":
      return {
        mode: "register",
        email: message.email,
        username: message.username,
        salt: decodeBase64(message.salt, "salt"),
        pwdHash: decodeBase64(message.pwd, "pwd"),
      };
  }
}

function accountAsked(known: Known): Session {
  return handshakeState("step", (input) => {
    if (input.kind !== "account_answer") return misused(input, "waiting for the accounts");
    return answerAccount(known, input.answer);
  });
}

function answerAccount(known: Known, answer: AccountAnswer): Output {
  const { controlKey } = known;
  if (answer.kind === "salt") {
    const salt = answer.salt.toBase64();
    return output(accountWanted(known), {
      send: [sealedFrame(controlKey, { type: "salt", salt })],
    });
  }
  if (answer.kind === "refused") {
    const status = { type: "status", status: "ERROR", message: answer.text } as const;
    return ended(answer.error, [sealedFrame(controlKey, status)]);
  }
  const { email, username, text } = answer;
  return output(sessionShareWanted(known), {
    send: [sealedFrame(controlKey, { type: "status", status: "OK", message: text })],
    events: [
      { kind: "signed_in", email, username },
      { kind: "phase", phase: 3, text: "signed in" },
    ],
  });
}

function sessionShareWanted({ config, client }: Known): Session {
  return handshakeState("step", (input) => {
    if (input.kind !== "frame") return misused(input, "waiting for the second dh_client");
    const share = parseMessage(input.body, ["dh_client"]);
    const { frame, key: sessionKey } = answerShare(share, config.entropy.exponent());
    const { signingKey } = config.identity;
    const session = openChannel({ role: "server", sessionKey, signingKey, peer: client });
    return output(session, {
      send: [frame],
      events: [
        { kind: "phase", phase: 4, text: "session key agreed" },
        { kind: "opened", sessionKey },
        { kind: "phase", phase: 5, text: "chat" },
      ],
    });
  });
}
