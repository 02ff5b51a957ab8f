/**
 * What every protocol offers to `chat/`: a session is a value that takes one input and gives the
 * next session, with what to record, to send, and to tell.
 *
 * Sans-I/O: time, randomness, keys and trust anchors come in from outside. Whoever drives a session
 * does three things with each {@link Output}, in this order: flush `record` to the transcript, write
 * `send` (one write a frame), act on `events`. So nothing is shown or sent that is not on disk.
 *
 * @module
 */

import type { ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";

/** An accepted or sent message, as the transcript keeps it. */
export interface MessageRecord {
  /** 1 to 2^53-1, counted by its author. */
  readonly seqno: number;
  /** Milliseconds since the Unix epoch, by its author's clock. */
  readonly ts: number;
  /** Ciphertext, padded base64. */
  readonly ct: string;
  /** Signature, padded base64. */
  readonly sig: string;
  /** Lower-case hex SHA-256 of the other side's certificate, whoever wrote the message. */
  readonly peerFingerprint: string;
}

/** A signed statement of what a side's transcript holds. */
export interface Receipt {
  /** Role of the side that signed it. */
  readonly peer: "client" | "server";
  /** Number of the transcript's first entry, 0 when it has none. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Lower-case hex. */
  readonly transcriptSha256: string;
  /** Padded base64. */
  readonly sig: string;
}

/** What a receipt is made of: the transcript as it stands when a side leaves. */
export type TranscriptSummary = Pick<Receipt, "firstSeq" | "lastSeq" | "transcriptSha256">;

/** How a client signs in. */
export type SignIn =
  | {
    readonly mode: "register";
    readonly email: string;
    readonly username: string;
    readonly password: string;
  }
  | {
    readonly mode: "login";
    readonly email: string;
    readonly password: string;
    /** The account's salt where this side remembers it; without it the server is asked. */
    readonly salt?: Uint8Array;
  };

/** What a client asks of a server's accounts. */
export type AccountRequest =
  | { readonly mode: "salt"; readonly email: string }
  | { readonly mode: "login"; readonly email: string; readonly pwdHash: Uint8Array }
  | {
    readonly mode: "register";
    readonly email: string;
    readonly username: string;
    readonly salt: Uint8Array;
    readonly pwdHash: Uint8Array;
  };

/** What the accounts answer. */
export type AccountAnswer =
  | { readonly kind: "salt"; readonly salt: Uint8Array }
  | {
    readonly kind: "accepted";
    readonly email: string;
    readonly username: string;
    /** What the client is told. */
    readonly text: string;
  }
  /** `text` is for the client, `error` for this side. */
  | { readonly kind: "refused"; readonly text: string; readonly error: ChatError };

/** One message of a handshake: what it is, and what was made of it. */
export interface HandshakeNote {
  /** "client_hello" … "ready". */
  readonly message: string;
  readonly bytes: number;
  /** What was derived at this point. */
  readonly derived: readonly DerivedNote[];
}

/** A value of a key schedule as it may be shown. */
export interface DerivedNote {
  readonly name: string;
  readonly isSecret: boolean;
  /** Hex: of a secret its SHA-256, which both sides can compare and which leads nowhere. */
  readonly shown: string;
}

/** What can happen to a session. */
export type Input =
  | { readonly kind: "start" }
  | { readonly kind: "frame"; readonly body: Uint8Array; readonly nowMs: number }
  /** Client: the person has chosen; only after "sign_in_wanted". */
  | { readonly kind: "sign_in"; readonly request: SignIn }
  /** Server: the accounts have answered an "account_requested". */
  | { readonly kind: "account_answer"; readonly answer: AccountAnswer }
  /** Words to send, in order; signed together. */
  | { readonly kind: "say"; readonly texts: readonly string[]; readonly nowMs: number }
  /** This side leaves: no word is sent or accepted after it. */
  | { readonly kind: "leave"; readonly summary: TranscriptSummary }
  /** Something outside the protocol failed: tell the peer the code and end. */
  | { readonly kind: "abort"; readonly error: ChatError };

/** Which statement of its author something is. */
export interface SaidFrom {
  readonly session: string;
  readonly seq: number;
}

/** What a session tells its driver. */
export type SessionEvent =
  | { readonly kind: "phase"; readonly phase: 1 | 2 | 3 | 4 | 5 | 6; readonly text: string }
  | { readonly kind: "peer"; readonly certificate: Certificate }
  | { readonly kind: "sign_in_wanted" }
  | { readonly kind: "account_requested"; readonly request: AccountRequest }
  /** Client: the account now has this salt. */
  | { readonly kind: "registered"; readonly email: string; readonly salt: Uint8Array }
  | { readonly kind: "signed_in"; readonly email: string; readonly username: string }
  /** The chat is open; the key is for `--keep-session-key` alone. */
  | { readonly kind: "opened"; readonly sessionKey: Uint8Array }
  | {
    readonly kind: "said";
    readonly author: "self" | "peer";
    readonly seqno: number;
    readonly ts: number;
    readonly text: string;
    /** The author's name as the CA vouches for it; without it a peer is the server. */
    readonly name?: string;
    /** Protocol 2: where it was said. */
    readonly room?: string;
    /** Protocol 2, at the client: the author's leaf, and what the entry is to this side. */
    readonly fingerprint?: string;
    readonly isHistory?: boolean;
    /** Protocol 2, at the client: the author's session, and the statement's number in it. */
    readonly from?: SaidFrom;
    /** Protocol 2, at the client: what was given with the words, where they were said here. */
    readonly id?: number;
  }
  /** Protocol 2: this side is in a room. */
  | {
    readonly kind: "entered";
    readonly room: string;
    /** The log's id, hex. */
    readonly log: string;
    /** Entries before the first one that this side sees. */
    readonly size: number;
    /** Entries that there were when it joined. */
    readonly headSize: number;
  }
  /** Protocol 2: this side is not let into one more room; it stays in the others. */
  | { readonly kind: "not_entered"; readonly room: string; readonly error: ChatError }
  /** Protocol 2: somebody waits in a room of two. */
  | {
    readonly kind: "invited";
    readonly room: string;
    readonly name: string;
    readonly fingerprint: string;
  }
  /** Protocol 2: fingerprints of who is in a room; `more` are not listed. */
  | {
    readonly kind: "members";
    readonly room: string;
    readonly members: readonly string[];
    readonly more: number;
  }
  /** Protocol 2: a head over the first `size` entries is in the transcript. */
  | {
    readonly kind: "signed";
    readonly room: string;
    readonly by: "server" | "self";
    readonly size: number;
  }
  /** Protocol 2: the server says that somebody came or went; `who` is a name, or a fingerprint. */
  | {
    readonly kind: "presence";
    readonly change: "join" | "leave" | "remove";
    readonly who: string;
    readonly room: string;
    readonly fingerprint: string;
    readonly index: number;
    readonly ts: number;
    readonly isHistory: boolean;
  }
  /** Protocol 2: both sides have signed what this side has of the log. */
  | { readonly kind: "parted"; readonly room: string; readonly size: number }
  /** Protocol 2: a message of the handshake, for a class that follows it. */
  | { readonly kind: "explained"; readonly note: HandshakeNote }
  /** Protocol 2: this side's disk is full, and nothing is shown; without an error, it has room again. */
  | { readonly kind: "disk"; readonly error?: ChatError }
  /** Protocol 2: own words have not come back for long, and why if the server said so; 0: all have. */
  | {
    readonly kind: "waiting";
    readonly count: number;
    readonly reason?: string;
    readonly room?: string;
  }
  /** This side dropped something that the peer sent; the session goes on. */
  | { readonly kind: "refused"; readonly error: ChatError }
  /** The peer says that it dropped something. */
  | { readonly kind: "told"; readonly status: string; readonly message: string }
  | { readonly kind: "receipt_made"; readonly receipt: Receipt }
  /** The peer has left. A receipt with an error is evidence of nothing. */
  | { readonly kind: "peer_left"; readonly receipt: Receipt; readonly error?: ChatError }
  | { readonly kind: "ended"; readonly error?: ChatError };

/** How long the driver waits for the next frame: a handshake step, a person, or for ever. */
export type Patience = "step" | "person" | "open" | "ended";

/** What came of one input. */
export interface Output {
  readonly session: Session;
  readonly record: readonly MessageRecord[];
  readonly send: readonly Uint8Array[];
  readonly events: readonly SessionEvent[];
}

/** One side of a session, at one moment. Sessions are values: an input leaves its session as it was. */
export interface Session {
  readonly patience: Patience;
  /** Largest frame body that is accepted now, bytes. */
  readonly maxBodyBytes: number;
  /** Largest text that can be said, UTF-8 bytes; 0 before the chat is open. */
  readonly maxTextBytes: number;
  /**
   * Takes one input. Never throws for what a peer sent: that becomes a "refused" or "ended" event.
   *
   * @throws {ChatError} INTERNAL for an input that this state has no use for: a fault of the driver.
   */
  step(input: Input): Promise<Output>;
}

/** The random values that a session needs, from outside so that a test can replay a session. */
export interface Entropy {
  /** Bytes of a cryptographic generator. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** A private Diffie-Hellman exponent. */
  exponent(): bigint;
}
