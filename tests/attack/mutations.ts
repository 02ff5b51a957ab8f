/**
 * For each attack, the check that stops it and how to take it out: text of a file of `src/` and what
 * stands there instead. `mutants.ts` shows that each attack's row then fails.
 *
 * Where several checks stop an attack one after the other, all of them are taken out.
 *
 * @module
 */

/** A text of a file, which must be there exactly once, and what replaces it. */
export interface Edit {
  /** Path below `src/`. */
  readonly file: string;
  readonly search: string;
  readonly replace: string;
}

/** A check that is taken out, and the attacks that must succeed then. */
export interface Mutation {
  /** The check, in words. */
  readonly check: string;
  readonly edits: readonly Edit[];
  readonly attacks: readonly string[];
}

const VALIDATE = "pki/validate.ts";
const CHECK_PATH = "pki/path/check_path.ts";
const CHANNEL = "protocol/v1/channel.ts";
const MESSAGES = "protocol/v1/messages.ts";
const EVIDENCE = "protocol/v1/evidence.ts";
const THROTTLE = "store/login_throttle.ts";

/** A condition that is never true any more. */
export function never(file: string, condition: string): Edit {
  return { file, search: `if (${condition}) {`, replace: "if (false) {" };
}

/** A text that is gone. */
export function cut(file: string, search: string, replace = ""): Edit {
  return { file, search, replace };
}

/** That a certificate is not the CA's own. */
export const IS_THE_CA = cut(
  VALIDATE,
  "if (isLeaf) return { reason,",
  'if (reason === "is_ca") return undefined as never;\n  if (isLeaf) return { reason,',
);
/** The role of a certificate. */
export const ROLE = never(
  "pki/path/profile_rules.ts",
  "!extendedKeyUsage?.includes(PURPOSE_OID[purpose])",
);
/** The name of a server. */
export const NAME = cut(
  "pki/path/validate_path.ts",
  "!isForName(leaf, request.name, useCommonName)",
  "false",
);
/** RFC 5280 whole. */
const STRICT = cut(VALIDATE, "return faultOf(leaf, { result, policy });", "return undefined;");
const OWN = never(
  "protocol/v1/peer_certificate.ts",
  "certificate.fingerprint === policy.own.fingerprint",
);
const SIGNATURE = never(CHANNEL, "!verifyMessage(keys.peer.key, message)");
const ORDER = never(CHANNEL, "seqno <= state.accepted");
const DATES = cut(CHANNEL, "  requireLivingCertificate(keys.peer, message);\n");
const RECEIPT = cut(
  CHANNEL,
  "if (verifyReceipt(keys.peer.key, receipt)) return",
  "if (receipt) return",
);
const PLAIN_TEXT = cut(
  MESSAGES,
  "(text) => !/[\\p{C}\\p{Zl}\\p{Zp}|]/u.test(text) && text.trim() === text,",
  "(text) => text.length > 0,",
);
const ONE_FORM = cut(
  "transcript/v1/entry.ts",
  "  parseEntry(line);\n  return line;",
  "  return line;",
);
const IN_CLEAR = cut(
  "protocol/v1/sealed.ts",
  'return messageFrame({ type: "encrypted", ct: encryptEcb(key, encodeJson(message)).toBase64() });',
  'return messageFrame({ type: "encrypted", ct: encryptEcb(key, encodeJson(message)).toBase64(), ' +
    "plain: encodeJson(message).toBase64() });",
);

/** The CA's signature itself, and the name of its key; the CA's name is left. */
export const NAMESAKE: readonly Edit[] = [
  cut(
    "pki/path/work_budget.ts",
    "verifyCertificateSignature({ algorithm, spkiDer: key.spkiDer, signature, data });",
    "[algorithm, signature, data].length > 0;",
  ),
  cut(CHECK_PATH, "if (isKey && isSerial && isName) continue;", "continue;"),
];

const CERTIFICATES: readonly Mutation[] = [
  {
    check: "the end of a certificate's life",
    edits: [
      never(CHECK_PATH, "second > certificate.notAfterMs"),
      never(VALIDATE, "ended !== undefined"),
    ],
    attacks: ["a client shows an expired certificate", "a server shows an expired certificate"],
  },
  {
    check: "the beginning of a certificate's life",
    edits: [never(CHECK_PATH, "second < certificate.notBeforeMs")],
    attacks: [
      "a client shows a certificate that is not yet valid",
      "a server shows a certificate that is not yet valid",
    ],
  },
  {
    check: "that the CA signed it",
    edits: [
      cut(
        VALIDATE,
        'if (reason === "untrusted") return {',
        'if (reason === "untrusted") return undefined as never;\n  if (reason === "untrusted") return {',
      ),
    ],
    attacks: [
      "a client shows a self-signed certificate",
      "a client shows a certificate of another CA",
      "a server shows a self-signed certificate",
      "a server shows a certificate of another CA",
    ],
  },
  {
    check: "the CA's signature itself (and its key's name), with its own name left",
    edits: NAMESAKE,
    attacks: [
      "a client shows a certificate of another CA of the same name",
      "a server shows a certificate of another CA of the same name",
    ],
  },
  {
    check: "the role",
    edits: [ROLE],
    attacks: ["a client shows a server's certificate", "a server shows a client's certificate"],
  },
  {
    check: "that it is not the CA's own",
    edits: [IS_THE_CA],
    attacks: ["a client shows the CA's own certificate", "a server shows the CA's own certificate"],
  },
  {
    check: "that it is not this side's own, and the role",
    edits: [OWN, ROLE],
    attacks: ["a client shows the server's own certificate"],
  },
  {
    check: "that it is not this side's own, the role and the name",
    edits: [OWN, ROLE, NAME],
    attacks: ["a server shows the client's own certificate"],
  },
  {
    check: "the server's name",
    edits: [NAME],
    attacks: ["a server shows a certificate for another name"],
  },
];

const KEYS: readonly Mutation[] = [
  {
    check: "2 as the smallest Diffie-Hellman value",
    edits: [cut("crypto/modp.ts", "peerPublic < 2n || peerPublic >", "peerPublic >")],
    attacks: [
      "a client offers A = 0",
      "a client offers A = 1",
      "a client offers A = 1 for the session key",
      "a server answers B = 0",
      "a server answers B = 1",
    ],
  },
  {
    check: "p−2 as the largest Diffie-Hellman value",
    edits: [cut("crypto/modp.ts", " || peerPublic > GROUP14_P - 2n")],
    attacks: [
      "a client offers A = p−1",
      "a client offers A = p",
      "a server answers B = p−1",
      "a server answers B = p",
    ],
  },
  {
    check: "the generator",
    edits: [cut("protocol/v1/key_exchange.ts", " || share.g !== GROUP14_G")],
    attacks: ["a client offers another generator"],
  },
  {
    check: "the prime",
    edits: [cut("protocol/v1/key_exchange.ts", "share.p !== GROUP14_P || ")],
    attacks: ["a client offers a group of 1,024 bits"],
  },
  {
    check: "617 digits as the longest number",
    edits: [cut("protocol/v1/json.ts", ' || source.replace("-", "").length > INTEGER_MAX_DIGITS')],
    attacks: ["a client offers a p of 14,200 bits"],
  },
];

const MESSAGES_AND_RECEIPTS: readonly Mutation[] = [
  {
    check: "the signature of a message",
    edits: [SIGNATURE],
    attacks: [
      "a client uses somebody else's certificate without its key",
      "a server uses the real server's certificate without its key",
      "the middle flips a bit of a client's ct",
      "the middle flips a bit of the server's ct",
      "the middle flips a bit of ts",
      "the middle flips a bit of sig",
      "the middle forges a high seqno",
    ],
  },
  {
    check: "that the signature covers ts",
    edits: [cut(EVIDENCE, "${message.seqno}||${message.ts}||", "${message.seqno}||")],
    attacks: ["the middle flips a bit of ts"],
  },
  {
    check: "that the signature covers seqno",
    edits: [cut(EVIDENCE, "${message.seqno}||${message.ts}||", "${message.ts}||")],
    attacks: ["the middle forges a high seqno"],
  },
  {
    check: "that the number counts only after the signature",
    edits: [cut(
      CHANNEL,
      "  if (!verifyMessage(keys.peer.key, message)) {",
      "  Object.assign(state, { accepted: seqno });\n" +
        "  if (!verifyMessage(keys.peer.key, message)) {",
    )],
    attacks: ["the middle forges a high seqno"],
  },
  {
    check: "that the number is higher than the last",
    edits: [ORDER],
    attacks: [
      "the middle repeats a message",
      "the middle repeats the operator's message",
      "the middle swaps two messages",
    ],
  },
  {
    check: "the signature of a receipt",
    edits: [RECEIPT],
    attacks: [
      "a client leaves with somebody else's receipt",
      "the middle changes the hash of a receipt",
    ],
  },
  {
    check: "the time limit of a receipt",
    edits: [cut("chat/connection.ts", "this.#deadlines.receiptBegins();", "{}")],
    attacks: ["the middle drops the server's receipt"],
  },
  {
    check: "that an end without goodbye is an error",
    edits: [cut(
      "chat/connection.ts",
      "if (this.#hasLeft || this.#peerHasLeft) return this.#end();\n    const where",
      "return this.#end();\n    const where",
    )],
    attacks: ["the middle drops the client's receipt"],
  },
];

const BYTES: readonly Mutation[] = [
  {
    check: "the largest frame",
    edits: [never("protocol/frame.ts", "length > maxBytes")],
    attacks: [
      "a stranger announces a frame of 0xFFFFFFFF bytes",
      "a client in the chat announces a frame of 0xFFFFFFFF bytes",
    ],
  },
  {
    check: "that no room is made before the size is checked",
    edits: [cut(
      "protocol/frame.ts",
      "    if (length === 0) {",
      "    if (length > 65_536) Object.assign(this, { room: new Uint8Array(length) });\n" +
        "    if (length === 0) {",
    )],
    attacks: ["a stranger announces a frame of 0xFFFFFFFF bytes"],
  },
  {
    check: "that bytes without a frame do not restart the clock",
    edits: [cut("chat/connection.ts", "if (outputs.length === 0) return;")],
    attacks: ["a stranger sends one byte a second", "a server sends one byte a second"],
  },
  {
    check: "that an empty frame is an error, not skipped",
    edits: [cut(
      "protocol/frame.ts",
      '      throw new ChatError("FORMAT", "cannot read frame: its body is empty");',
      "      this.#start += U32_BYTES;\n      return this.next(maxBytes);",
    )],
    attacks: ["a stranger sends an empty frame", "a client in the chat sends an empty frame"],
  },
  {
    check: "the depth, counted before parsing",
    edits: [cut("protocol/v1/json.ts", "  requireShallow(text);\n")],
    attacks: [
      "a stranger sends JSON 60,000 deep",
      "a client in the chat sends JSON 250,000 deep",
    ],
  },
  {
    check: "an address's share of the places",
    edits: [never("chat/admission.ts", "share.held < this.#limits.unauthenticatedPerAddress")].map(
      (edit) => ({ ...edit, replace: "if (true) {" }),
    ),
    attacks: ["one address opens 17 connections and says nothing"],
  },
  {
    check: "how many of one address may wait",
    edits: [cut(
      "chat/admission.ts",
      "if (share.waiting.length >= this.#limits.waitingPerAddress) return Promise.resolve(undefined);",
    )],
    attacks: ["one address opens more connections than may wait"],
  },
  {
    check: "the time limit of a step",
    edits: [never("chat/deadlines.ts", 'patience === "step"')],
    attacks: ["16 connections say nothing for ever"],
  },
];

const ACCOUNTS: readonly Mutation[] = [
  {
    check: "the delay of an account",
    edits: [cut(THROTTLE, "failures.delayMs(key, nowMs),", "0,")],
    attacks: ["a client tries 20 wrong passwords"],
  },
  {
    check: "that the delay doubles",
    edits: [
      cut("store/recent_failures.ts", "DELAY_FIRST_MS * 2 ** (beyond - 1)", "DELAY_FIRST_MS"),
    ],
    attacks: ["a client goes on guessing after each delay"],
  },
  {
    check: "the delay of an address",
    edits: [cut(THROTTLE, "this.#addresses.delayMs(addressKey(attempt.address), nowMs),", "0,")],
    attacks: ["a client tries one password on 20 accounts"],
  },
  {
    check: "the owner's usual addresses",
    edits: [never(THROTTLE, "knownMs !== undefined && attempt.nowMs - knownMs < KNOWN_MS")],
    attacks: ["a client guesses to lock the owner out"],
  },
  {
    check: "one answer for both faults",
    edits: [cut(
      "chat/accounts.ts",
      'text: "Invalid credentials"',
      'text: account === undefined ? "No such account" : "Invalid credentials"',
    )],
    attacks: ["a client asks who has an account by logging in"],
  },
  {
    check: 'that "exists" counts as a failure',
    edits: [cut(
      "chat/accounts.ts",
      "guessing is slowed like passwords are.\n    throttle.failed(key);",
      "guessing is slowed like passwords are.",
    )],
    attacks: ["a client asks who has an account by registering"],
  },
  {
    check: "that an unknown address keeps its salt",
    edits: [cut(
      "crypto/password.ts",
      "return new Uint8Array(mac.subarray(0, SALT_BYTES));",
      "return crypto.getRandomValues(new Uint8Array(SALT_BYTES));",
    )],
    attacks: ["a client asks who has an account by their salts"],
  },
  {
    check: "three salts a connection",
    edits: [never("protocol/v1/server.ts", "saltRequests > SALT_REQUESTS_MAX")],
    attacks: ["a client collects salts"],
  },
];

const TEXT: readonly Mutation[] = [
  {
    check: "base64 alone in ct (shape, decoder, writer)",
    edits: [
      cut(
        MESSAGES,
        "const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);",
        "const base64 = z.string();",
      ),
      cut("bytes/base64.ts", "fromBase64(text, {", 'fromBase64(text.split("\\n", 1)[0] ?? "", {'),
      cut(
        "bytes/base64.ts",
        "if (text.length === 4 * Math.ceil(bytes.length / 3)) return bytes;",
        "return bytes;",
      ),
      ONE_FORM,
    ],
    attacks: ["a message has a line end in its ct", "a message has a whole forged line in its ct"],
  },
  {
    check: "a number alone in ts (shape, dates, writer)",
    edits: [cut(MESSAGES, "    ts: count,", "    ts: z.any(),"), DATES, ONE_FORM],
    attacks: ["a message has a forged line as its ts"],
  },
  {
    check: "that a message is dated within its author's certificate",
    edits: [DATES],
    attacks: ["a client dates a message after its certificate's end"],
  },
  {
    check: "printable text in names",
    edits: [PLAIN_TEXT].map((edit) => ({ ...edit, replace: "() => true," })),
    attacks: ["a client registers a name with a line end", "a client registers a name with a bar"],
  },
  {
    check: "printable text in names",
    edits: [PLAIN_TEXT],
    attacks: [
      "a client registers control sequences as its name",
      "a client registers control sequences as its e-mail address",
    ],
  },
  {
    check: "printable words at the operator",
    edits: [cut("cli/server_view.ts", ".map(printable);", ";")],
    attacks: ["a client writes control sequences to the operator"],
  },
  {
    check: "printable words at a person",
    edits: [cut("cli/client_view.ts", "[${who}] ${printable(text)}", "[${who}] ${text}")],
    attacks: ["the operator writes control sequences to a client"],
  },
  {
    check: "printable words at a script",
    edits: [
      cut(
        "cli/client_view.ts",
        "write(`${who}${printable(event.text)}",
        "write(`${who}${event.text}",
      ),
    ],
    attacks: ["the operator writes control sequences to a client"],
  },
  {
    check: "printable words in JSON",
    edits: [cut("cli/json_line.ts", ".replace(UNPRINTABLE, escapeUnits)")],
    attacks: ["the operator writes control sequences to a client"],
  },
  {
    check: "a printable name at the operator",
    edits: [cut("cli/server_view.ts", "printable(memberName(member));", "memberName(member);")],
    attacks: ["an old account has control sequences in its name"],
  },
  {
    check: "a certificate's printable name at the operator",
    edits: [
      cut(
        "cli/server_view.ts",
        "certificate of ${printable(commonName)}, by",
        "certificate of ${commonName}, by",
      ),
      STRICT,
    ],
    attacks: ["a client's certificate has control sequences in its name"],
  },
  {
    check: "a certificate's printable name at the client",
    edits: [
      cut("cli/client_words.ts", "server ${printable(commonName)}", "server ${commonName}"),
      STRICT,
    ],
    attacks: ["a server's certificate has control sequences in its name"],
  },
  {
    check: "a printable refusal (session, report)",
    edits: [
      cut(
        "protocol/v1/peer_status.ts",
        'import { printable } from "../../bytes/printable.ts";',
        "const printable = (text: string) => text;",
      ),
      cut(
        "cli/report.ts",
        "[${error.code}] ${printable(error.message)}",
        "[${error.code}] ${error.message}",
      ),
    ],
    attacks: ["a server refuses with control sequences"],
  },
  {
    check: "a printable status at the client",
    edits: [cut(
      "cli/client_view.ts",
      "${printable(event.status)}: ${printable(event.message)}",
      "${event.status}: ${event.message}",
    )],
    attacks: ["the middle sends statuses with control sequences"],
  },
  {
    check: "a printable status at the operator",
    edits: [cut("cli/server_view.ts", "says ${printable(event.status)}", "says ${event.status}")],
    attacks: ["the middle sends statuses with control sequences"],
  },
];

const LISTENING: readonly Mutation[] = [
  {
    check: "that the control plane is encrypted, and has no password in it",
    edits: [
      cut(
        "protocol/v1/client.ts",
        '    type: "register",\n',
        '    type: "register",\n    password,\n',
      ),
      IN_CLEAR,
    ],
    attacks: ["a listener captures whole sessions and looks for the password"],
  },
  {
    check: "that words are encrypted only",
    edits: [cut(
      CHANNEL,
      'send: records.map(({ seqno, ts, ct, sig }) =>\n      messageFrame({ type: "msg", seqno,',
      'send: records.map(({ seqno, ts, ct, sig }, index) =>\n      messageFrame({ type: "msg", ' +
        'plain: texts[index] ?? "", seqno,',
    )],
    attacks: ["a listener captures whole sessions and looks for the words"],
  },
  {
    check: "that the control plane is encrypted",
    edits: [IN_CLEAR],
    attacks: ["a listener captures whole sessions and looks for the e-mail address and the name"],
  },
];

/** All of protocol 1. */
export const MUTATIONS: readonly Mutation[] = [
  ...CERTIFICATES,
  ...KEYS,
  ...MESSAGES_AND_RECEIPTS,
  ...BYTES,
  ...ACCOUNTS,
  ...TEXT,
  ...LISTENING,
];
