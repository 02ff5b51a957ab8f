/**
 * The steps of protocol 1 in the hands of an attacker: each can be taken, left out or falsified.
 *
 * @module
 */

import { decryptEcb, encryptEcb } from "../../src/crypto/aes_ecb.ts";
import { randomBytes, randomExponent } from "../../src/crypto/entropy.ts";
import { passwordHash } from "../../src/crypto/password.ts";
import type { SigningKey } from "../../src/crypto/signature.ts";
import { type Certificate, certificatePem } from "../../src/pki/certificate.ts";
import { decodeJson, type JsonValue } from "../../src/protocol/v1/json.ts";
import { type SignedMessage, signMessage } from "../../src/protocol/v1/evidence.ts";
import { agreeOnKey, clientShareFrame } from "../../src/protocol/v1/key_exchange.ts";
import type { MessageType } from "../../src/protocol/v1/messages.ts";
import { sealedFrame } from "../../src/protocol/v1/sealed.ts";
import { type ChatWorld, PASSWORD, testLeaf } from "../testkit/chat_world.ts";
import { type Answer, RawPeer } from "./raw_peer.ts";

type Sealed = Readonly<Record<string, JsonValue>> & { readonly type: MessageType };

/** Shows a certificate; the answer is server_hello or a refusal. */
export async function sayHello(peer: RawPeer, certificate: Certificate): Promise<Answer> {
  const nonce = randomBytes(16).toBase64();
  peer.sendMessage({ type: "hello", client_cert: certificatePem(certificate), nonce });
  return await peer.next();
}

/** Agrees on a key, honestly. */
export async function agree(peer: RawPeer): Promise<Uint8Array> {
  const exponent = randomExponent();
  peer.send(clientShareFrame(exponent));
  const answer = await peer.next();
  if (typeof answer.B !== "bigint") throw new Error(`no key: the server answered ${answer.type}`);
  return agreeOnKey(exponent, answer.B);
}

/** Asks the accounts something, encrypted; gives the decrypted answer. */
export async function ask(
  peer: RawPeer,
  { key, question }: { readonly key: Uint8Array; readonly question: Sealed },
): Promise<Answer> {
  peer.send(sealedFrame(key, question));
  const answer = await peer.next();
  if (answer.type !== "encrypted" || typeof answer.ct !== "string") return answer;
  return decodeJson(decryptEcb(key, Uint8Array.fromBase64(answer.ct))) as Answer;
}

/** Where an intruder comes from, and with which certificate. */
export interface IntruderOptions {
  readonly from?: string;
  readonly certificate?: Certificate;
}

/** Connects, shows a good certificate and agrees on the key of the control plane. */
export async function knock(
  world: ChatWorld,
  options: IntruderOptions = {},
): Promise<{ readonly peer: RawPeer; readonly key: Uint8Array }> {
  const certificate = options.certificate ?? (await testLeaf("mallory", "client")).certificate;
  const peer = await RawPeer.connect(world.server.address.port, options.from);
  const answer = await sayHello(peer, certificate);
  if (answer.type !== "server_hello") throw new Error(`hello was answered by ${answer.type}`);
  return { peer, key: await agree(peer) };
}

/** The request that makes an account. */
export function registerRequest(
  fields: { readonly email: string; readonly username: string },
): Sealed {
  const salt = randomBytes(16);
  const pwd = passwordHash(salt, PASSWORD).toBase64();
  return { type: "register", ...fields, pwd, salt: salt.toBase64() };
}

/** The request that logs in with a hash of the attacker's choice. */
export function loginRequest(email: string, pwdHash: Uint8Array): Sealed {
  const nonce = randomBytes(16).toBase64();
  return { type: "login", email, pwd: pwdHash.toBase64(), nonce };
}

/** An intruder that has signed in, as anybody with a certificate of the CA can. */
export interface SignedIn {
  readonly peer: RawPeer;
  readonly sessionKey: Uint8Array;
}

/** Registers an account and goes on to the open chat. */
export async function enter(
  world: ChatWorld,
  { name = "mallory", ...options }: IntruderOptions & { readonly name?: string } = {},
): Promise<SignedIn> {
  const { peer, key } = await knock(world, options);
  const question = registerRequest({ email: `${name}@example.test`, username: name });
  const status = await ask(peer, { key, question });
  if (status.status !== "OK") throw new Error(`registering was answered by ${status.message}`);
  return { peer, sessionKey: await agree(peer) };
}

/** A message as an intruder makes it: encrypted and signed, then falsified where that is wanted. */
export async function message(
  { sessionKey }: SignedIn,
  { text, signingKey, seqno = 1, ts = Date.now(), ct }: {
    readonly text: string;
    readonly signingKey: SigningKey;
    readonly seqno?: number;
    readonly ts?: number | string;
    readonly ct?: string;
  },
): Promise<Sealed> {
  const sealed = ct ?? encryptEcb(sessionKey, new TextEncoder().encode(text)).toBase64();
  const signed = { seqno, ts, ct: sealed };
  const sig = await signMessage(signingKey, signed as SignedMessage);
  return { type: "msg", ...signed, sig };
}
