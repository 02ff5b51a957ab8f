/**
 * How a client of protocol 2 signs in at the server, once its certificate is proved.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import { leafAccountOf } from "../pki/leaf_account.ts";
import type { SessionEvent } from "../protocol/session.ts";
import type { SecureChannel, SignInMode } from "../protocol/v2/handshake.ts";
import { encodeMessage, type Message, parseMessage } from "../protocol/v2/messages.ts";
import type { Limits } from "./limits.ts";
import { gone } from "./lost.ts";
import type { SecureLink } from "./secure_link.ts";
import { SIGN_IN_TRIES, type SignInDesk } from "./sign_in_desk.ts";

/** What it needs. */
export interface SessionSignInOptions {
  readonly signIn: SignInMode;
  readonly desk: SignInDesk;
  readonly limits: Pick<Limits, "signInMs">;
  now(): number;
  /** Told of every event, in order; may throw what ends the session. */
  onEvent(event: SessionEvent): void;
  /** The client says why it ends: the error for this side. */
  told(status: Message<"status">): ChatError;
}

/**
 * Waits until the client has signed in: at once where its certificate is its account.
 *
 * @param link The client.
 * @param channel Who it is.
 * @param options How it signs in, and who is told.
 * @throws {ChatError} SIGN_IN after too many tries; TIMEOUT; CONNECTION; FORMAT, HANDSHAKE.
 */
export async function signInSession(
  link: SecureLink,
  { peer }: Pick<SecureChannel, "peer">,
  { signIn, limits, desk, now, onEvent, told }: SessionSignInOptions,
): Promise<void> {
  const endMs = performance.now() + limits.signInMs;
  let account = { email: "", username: peer.name };
  for (let tries = 1; signIn === "password";) {
    const withinMs = Math.max(1, endMs - performance.now());
    const [object, ...more] = await link.next({ withinMs, what: "signing in" }) ?? [];
    if (object === undefined) throw gone("before it had signed in");
    if (more.length > 0) throw new ChatError("HANDSHAKE", "cannot sign in twice at once");
    const request = parseMessage(object, ["register", "login", "ping", "status"]);
    if (request.type === "status") throw told(request);
    if (request.type === "ping") continue;
    const answer = await desk.answer(request, { ...leafAccountOf(peer.leaf), nowMs: now() });
    link.send(encodeMessage({ type: "status", status: answer.status, message: answer.text }));
    if (answer.kind === "accepted") {
      account = answer;
      break;
    }
    onEvent({ kind: "refused", error: answer.error });
    if (tries++ >= SIGN_IN_TRIES) {
      throw new ChatError("SIGN_IN", "cannot sign in: too many tries");
    }
  }
  onEvent({ kind: "signed_in", email: account.email, username: account.username });
  onEvent({ kind: "phase", phase: 3, text: "signed in" });
}
