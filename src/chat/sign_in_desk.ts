/**
 * Answers who signs in with a password under protocol 2 (PROTOCOL-2 §5). No sockets, no clock.
 *
 * What an asker can learn: whether its own key has an account, and whether its password is right.
 * Every log-in that is checked costs one scrypt, whether there is an account, another address in it,
 * or another password. An address that is taken is told to whoever registers it with a key that has
 * no account; each such answer doubles that key's delay, and an address that is free gives the key an
 * account, which ends the asking.
 *
 * Whatever goes wrong in the store, the asker gets one fixed sentence and never the database's words.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import {
  isScryptPassword,
  newStoredPassword,
  passwordBytes,
  SCRYPT_HASH_BYTES,
  SCRYPT_SALT_BYTES,
  type StoredPassword,
} from "../crypto/scrypt_password.ts";
import { asChatError, ChatError, ERRORS } from "../errors.ts";
import type { LeafAccount } from "../pki/leaf_account.ts";
import { sameEmail } from "../store/account_row.ts";
import type { KeyAccountStore } from "../store/key_accounts.ts";
import { RecentFailures } from "../store/recent_failures.ts";
import { WorkQueue } from "./work_queue.ts";

/** Requests that one connection may make; whoever calls the desk counts them. */
export const SIGN_IN_TRIES = 3;

/** Passwords that are hashed at once, and that wait: 32 MiB and a core each (PROTOCOL-2 §5). */
const HASHING = { atOnce: 2, waiting: 32 } as const;

/** What a client asks. */
export interface SignInRequest {
  readonly type: "register" | "login";
  readonly email: string;
  readonly password: string;
}

/** Who asks: the client's leaf, which the handshake has checked; and when. */
export interface SignInAsker extends LeafAccount {
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/** A refusal: `status` and `text` are for the peer, `error` for this side's log. */
export interface SignInRefusal {
  readonly kind: "refused";
  readonly status: string;
  readonly text: string;
  readonly error: ChatError;
}

/** What a client is answered. */
export type SignInAnswer = SignInRefusal | {
  readonly kind: "accepted";
  readonly status: "OK";
  readonly text: string;
  /** As the account has it. */
  readonly email: string;
  /** The leaf's CN: what people see. */
  readonly username: string;
};

/** What hashes passwords. */
export interface PasswordHasher {
  make(password: string): Promise<StoredPassword>;
  isRight(password: string, stored: StoredPassword): Promise<boolean>;
}

/** What the answers depend on. */
export interface SignInDeskOptions {
  readonly store: KeyAccountStore;
  /** scrypt unless a test counts. */
  readonly hasher?: PasswordHasher;
}

const SCRYPT: PasswordHasher = { make: newStoredPassword, isRight: isScryptPassword };

/** What is hashed where there is no account, for the time that it takes; the outcome does not count. */
const NOBODY: StoredPassword = {
  salt: new Uint8Array(SCRYPT_SALT_BYTES),
  hash: new Uint8Array(SCRYPT_HASH_BYTES),
};

/** Answers of these codes were a guess at something; the others could not be checked. */
const GUESSES: ReadonlySet<string> = new Set(["SIGN_IN", "CERT_MISMATCH"]);

/** The desk of one server. */
export class SignInDesk {
  readonly #store: KeyAccountStore;
  readonly #hasher: PasswordHasher;
  readonly #failures = new RecentFailures({ free: 0 });
  readonly #hashing = new WorkQueue(HASHING);

  /** @param options Store and hasher. */
  constructor({ store, hasher = SCRYPT }: SignInDeskOptions) {
    this.#store = store;
    this.#hasher = hasher;
  }

  /**
   * Answers a request. Never throws: a store that fails is a refusal too.
   *
   * @param request What is asked.
   * @param asker Who asks.
   * @returns The answer.
   */
  async answer(request: SignInRequest, asker: SignInAsker): Promise<SignInAnswer> {
    const { keyHash, nowMs } = asker;
    const delayMs = this.#failures.delayMs(keyHash, nowMs);
    if (delayMs > 0) return tooSoon(delayMs);
    // Counted before anything is awaited, so that attempts at the same moment do not slip through.
    const takeBack = this.#failures.add(keyHash, nowMs);
    const answer = await this.#check(request, asker).catch(refusalOf);
    if (answer.kind === "accepted") this.#failures.set(keyHash, 0, nowMs);
    else if (!GUESSES.has(answer.error.code)) takeBack();
    return answer;
  }

  // deno-lint-ignore require-await -- what is thrown must reject
  async #check(request: SignInRequest, asker: SignInAsker): Promise<SignInAnswer> {
    passwordBytes(request.password).fill(0); // refused before anything is asked or hashed
    return request.type === "login" ? this.#logIn(request, asker) : this.#register(request, asker);
  }

  async #logIn(request: SignInRequest, asker: SignInAsker): Promise<SignInAnswer> {
    const account = await this.#store.find(asker.keyHash);
    const stored = account?.password ?? NOBODY;
    const isRight = await this.#hashing.run(() => this.#hasher.isRight(request.password, stored));
    const who = described(request, asker);
    if (account === undefined) {
      const error = new ChatError("CERT_MISMATCH", `cannot log in ${who}: the key has no account`);
      return refused(error, "this certificate's key has no account");
    }
    if (!sameEmail(account.email, request.email) || !isRight) {
      const error = new ChatError("SIGN_IN", `cannot log in ${who}: wrong address or password`, {
        hint: "nothing, unless it goes on: then somebody with this key may be guessing",
      });
      return refused(error, "wrong e-mail address or password");
    }
    return accepted(account.email, asker, "logged in");
  }

  async #register(request: SignInRequest, asker: SignInAsker): Promise<SignInAnswer> {
    const { email, password } = request;
    const { keyHash, commonName: username, emails } = asker;
    if (emails.length > 0 && !emails.some((each) => sameEmail(each, email))) {
      return notRegistered("the certificate is for another e-mail address", request, asker);
    }
    const stored = await this.#hashing.run(() => this.#hasher.make(password));
    switch (await this.#store.insert({ keyHash, email, username, password: stored })) {
      case "added":
        return accepted(email, asker, "registered");
      case "key_taken":
        return notRegistered("this certificate's key has an account: log in", request, asker);
      case "email_taken":
        return notRegistered("the e-mail address is taken", request, asker);
    }
  }
}

function described({ email }: SignInRequest, { commonName, keyHash }: SignInAsker): string {
  return `"${printable(email)}" (certificate of ${printable(commonName)}, key ${keyHash})`;
}

function accepted(email: string, { commonName }: SignInAsker, text: string): SignInAnswer {
  return { kind: "accepted", status: "OK", text, email, username: commonName };
}

function refused(error: ChatError, text: string): SignInRefusal {
  return { kind: "refused", status: ERRORS[error.code].wire, text, error };
}

function notRegistered(text: string, request: SignInRequest, asker: SignInAsker): SignInRefusal {
  const message = `cannot register ${described(request, asker)}: ${text}`;
  const hint = "nothing, unless it goes on: then somebody may be looking for addresses";
  return refused(new ChatError("SIGN_IN", message, { hint }), text);
}

function tooSoon(delayMs: number): SignInRefusal {
  const text = `too many attempts, try again in ${Math.ceil(delayMs / 1000)} s`;
  return refused(new ChatError("BUSY", `cannot sign in: ${text}`), text);
}

/** What could not be checked at all. */
function refusalOf(thrown: unknown): SignInRefusal {
  const error = asChatError(thrown);
  switch (error.code) {
    case "BUSY":
      return refused(error, "too many people are signing in, try again in some seconds");
    case "FORMAT":
      return refused(error, "the password must have 1 to 1024 bytes, the e-mail address 1 to 255");
    default: {
      const text = "accounts are unavailable, try again later";
      return { kind: "refused", status: ERRORS.BUSY.wire, text, error };
    }
  }
}
