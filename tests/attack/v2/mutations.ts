/**
 * For each attack on protocol 2, the check that stops it and how to take it out.
 *
 * @module
 */

import { cut, IS_THE_CA, type Mutation, NAME, NAMESAKE, never, ROLE } from "../mutations.ts";

const CHECK_PATH = "pki/path/check_path.ts";
const VALIDATE = "pki/validate.ts";
const KEYS = "protocol/v2/key_schedule.ts";
const RECORDS = "protocol/v2/record_stream.ts";
const RULES = "protocol/v2/room_rules.ts";
const FIELDS = "protocol/v2/fields.ts";
const JSON = "protocol/v2/canonical_json.ts";
const STATEMENT = "protocol/v2/statement.ts";
const SESSION = "chat/room_session.ts";
const SESSION_SIGN_IN = "chat/session_sign_in.ts";
const HALL = "chat/room_hall.ts";
const DESK = "chat/sign_in_desk.ts";

const SECRET_ONLY =
  "const secret = hkdfExtract(new Uint8Array(SHA256_BYTES), mlkem.bytes, x25519.bytes);";
const HELLOS =
  "return sha256(TRANSCRIPT_PREFIX, encodeFrame(clientHello), encodeFrame(serverHello));";
const NO_HELLOS = cut(KEYS, HELLOS, "return sha256(TRANSCRIPT_PREFIX);");
const ONE_SECRET = cut(KEYS, SECRET_ONLY, "const secret = new Uint8Array(SHA256_BYTES).fill(1);");
const NO_NUMBER = cut(
  RECORDS,
  "view.setBigUint64(offset, view.getBigUint64(offset) ^ BigInt(this.#number)); // RFC 8446 §5.3",
);
const BOUNDS = never(RULES, "signed.size < least || signed.size > greatest");
const ROOT = cut(RULES, "if (tree.rootAt(size).toHex() === root) return;", "return;");
const SESSION_PLACE = cut(RULES, " && got.session === session;", ";");
const SIGNED = cut(
  STATEMENT,
  'if (isSignedLabelled(author.key, { label: "statement", bytes: stmt, signature: sig })) return;',
  "return;",
);
const HERE = cut(
  HALL,
  'if (!isHere) throw new ChatError("ROOM", "cannot join a room of two: the other is not here");',
);
const FOREIGN = [
  cut(
    "protocol/v2/peer_refusal.ts",
    'import { printable } from "../../bytes/printable.ts";',
    "const printable = (text: string) => text;",
  ),
  cut(
    "cli/report.ts",
    "[${error.code}] ${printable(error.message)}",
    "[${error.code}] ${error.message}",
  ),
  cut("cli/report.ts", "[${code}] ${printable(message)} (", "[${code}] ${message} ("),
] as const;

type Plain = readonly [check: string, edits: Mutation["edits"], ...attacks: readonly string[]];

const IDENTITY: readonly Plain[] = [
  [
    "the end of a certificate's life",
    [never(CHECK_PATH, "second > certificate.notAfterMs"), never(VALIDATE, "ended !== undefined")],
    "a client shows an expired certificate",
    "a server shows an expired certificate",
  ],
  [
    "the beginning of a certificate's life",
    [never(CHECK_PATH, "second < certificate.notBeforeMs")],
    "a client shows a certificate that is not yet valid",
    "a server shows a certificate that is not yet valid",
  ],
  [
    "that the CA signed it",
    [cut(
      VALIDATE,
      'if (reason === "untrusted") return {',
      'if (reason === "untrusted") return undefined as never;\n  if (reason === "untrusted") return {',
    )],
    "a client shows a certificate of another CA",
    "a server shows a certificate of another CA",
  ],
  [
    "that the CA signed it, and a key usage",
    [
      cut("protocol/v2/peer_identity.ts", "if (bare === undefined) return;", "return;"),
      cut(
        VALIDATE,
        'if (reason === "untrusted") return {',
        'if (reason === "untrusted") return undefined as never;\n  if (reason === "untrusted") return {',
      ),
    ],
    "a client shows a self-signed certificate",
    "a server shows a self-signed certificate",
  ],
  [
    "the CA's signature itself (and its key's name), with its own name left",
    NAMESAKE,
    "a client shows a certificate of another CA of the same name",
    "a server shows a certificate of another CA of the same name",
  ],
  [
    "the role",
    [ROLE],
    "a client shows a server's certificate",
    "a server shows a client's certificate",
    "a client shows the server's own certificate",
    "a server shows a server's certificate as a member's",
  ],
  [
    "that it is not the CA's own",
    [IS_THE_CA],
    "a client shows the CA's own certificate",
    "a server shows the CA's own certificate",
  ],
  ["the server's name", [NAME], "a server shows a certificate for another name"],
  [
    "the client's proof",
    [never("protocol/v2/server_handshake.ts", "!isSignedLabelled(peer.leaf.key, claim)")],
    "a client uses somebody else's certificate without its key",
  ],
  [
    "the server's proof",
    [never("protocol/v2/client_handshake.ts", "!isSignedLabelled(peer.leaf.key, claim)")],
    "a server uses the real server's certificate without its key",
    "the middle agrees on keys and passes the server's proof on",
  ],
];

const HANDSHAKE: readonly Plain[] = [
  [
    "FIPS 203's check of the key",
    [cut(
      "crypto/hybrid_kem.ts",
      "const { ciphertext, secret } = await encapsulateMlKem(offer.mlkem);",
      "const { ciphertext, secret } = await encapsulateMlKem(offer.mlkem).catch(() => ({ " +
        "ciphertext: new Uint8Array(1088), secret: new Secret(new Uint8Array(32)) }));",
    )],
    "a client offers an ML-KEM key that is none",
  ],
  [
    "that the X25519 result is not zero",
    [cut(
      "crypto/x25519.ts",
      "if (shared?.some((byte) => byte !== 0)) return new Secret(shared);",
      "if (shared?.some((byte) => byte !== 0)) return new Secret(shared);\n" +
        "    if (shared === undefined) return new Secret(new Uint8Array(32));",
    )],
    "a client offers an X25519 key of zeros",
    "a server answers an X25519 key of zeros",
  ],
  [
    "the list of versions",
    [cut(
      "protocol/v2/version.ts",
      "if (chosen !== undefined) return chosen;",
      "return chosen ?? allowed[0] ?? 2;",
    )],
    "a client asks for protocol 3",
    "the middle takes the version out of the client's hello",
  ],
  [
    "that a refusal ends the handshake",
    [cut(
      "protocol/v2/client_handshake.ts",
      'if (message.type === "status") throw peerRefusal(message, "HANDSHAKE");',
      'if (message.type === "status") return { kind: "more", send: [], notes: [] };',
    )],
    "the middle says that the server speaks another version",
  ],
  [
    "that keys and hellos are in the keys",
    [cut(KEYS, SECRET_ONLY, SECRET_ONLY.replace(", x25519.bytes", "")), NO_HELLOS],
    "the middle swaps the client's key",
    "the middle swaps the server's key",
  ],
  [
    "that each connection has keys of its own",
    [ONE_SECRET, NO_HELLOS],
    "a captured session is played to the server again",
    "a thief of the server's key plays a recording to a server of his own",
  ],
  [
    "that the bytes are the canonical ones",
    [cut(JSON, "if (serialise(value) === text) return value;", "return value;")],
    "a client sends an object with a key twice",
    "a client sends an object with a space",
    "a client sends an object with keys out of order",
  ],
  [
    "that a byte-order mark is not skipped",
    [
      cut(JSON, "ignoreBOM: true", "ignoreBOM: false"),
      cut(JSON, "if (serialise(value) === text) return value;", "return value;"),
    ],
    "a client sends an object with a byte-order mark",
  ],
  [
    "that numbers are safe integers (form, shape)",
    [
      cut(JSON, "if (serialise(value) === text) return value;", "return value;"),
      cut(FIELDS, "export const count = z.int().min(0);", "export const count = z.number();"),
    ],
    "a client sends an object with a number of 2^53",
  ],
  [
    "that null is no object",
    [cut(
      JSON,
      'return typeof value === "object" && value !== null &&',
      'return typeof value === "object" &&',
    )],
    "a client sends an object that is null",
  ],
];

const UNOPENED = cut(
  RECORDS,
  '      throw new ChatError("TAMPERED", "cannot open record: it is not the one that was sent here");',
  '      return [new TextEncoder().encode(`{"type":"ping"}`)];',
);

const RECORD_ROWS: readonly Plain[] = [
  [
    "that what does not open ends the connection",
    [UNOPENED],
    "the middle changes the server's chain or proof",
    "the middle changes the client's chain or proof",
    "the middle changes the server's ready",
    ...["client", "server"].flatMap((from) => [
      `the middle flips a bit of a record (${from}'s)`,
      `the middle invents a record (${from}'s)`,
      `the middle cuts a record short (${from}'s)`,
    ]),
  ],
  [
    "that a record's number is in its nonce",
    [NO_NUMBER],
    ...["client", "server"].flatMap((from) => [
      `the middle drops a record (${from}'s)`,
      `the middle repeats a record (${from}'s)`,
      `the middle repeats an old record (${from}'s)`,
      `the middle swaps two records (${from}'s)`,
    ]),
  ],
  [
    "that each direction has its own keys, and each record its number",
    [
      NO_NUMBER,
      cut(
        KEYS,
        "client: derive(hs, LABELS.client[phase], context)",
        "client: derive(hs, LABELS.server[phase], context)",
      ),
    ],
    "the middle sends a client its own record back",
  ],
  [
    "that an end without final heads is an error, at the client",
    [cut(
      "chat/room_client.ts",
      'if (objects === undefined) throw closedEarly("before the last word of both sides");',
      "if (objects === undefined) return;",
    )],
    "the middle cuts the line, seen by the client",
    "the middle takes the server's final head away and cuts the line",
  ],
  [
    "that an end without final heads is an error, at the server",
    [cut(SESSION, '    throw closedEarly("before the last word of both sides");\n')],
    "the middle cuts the line, seen by the server",
    "the middle takes the client's final head away and cuts the line",
  ],
];

const STATEMENTS: readonly Plain[] = [
  [
    "that the author is who signs",
    [never(STATEMENT, "statement.author !== author.fingerprint")],
    "a member names another as the author of its words",
  ],
  [
    "the signature of a statement",
    [SIGNED],
    "a member changes words after signing them",
    "a server changes a member's words",
    "a server puts a member's name on its own words",
  ],
  [
    "the session in a statement",
    [SESSION_PLACE],
    "a member sends another member's words",
    "words of an old session are sent in a new one",
  ],
  [
    "the session, and that members only say",
    [
      SESSION_PLACE,
      cut("protocol/v2/room_log.ts", 'if (statement.kind === "say") return', "if (true) return"),
    ],
    "a member speaks as the server",
  ],
  [
    "the number of a statement, at the server",
    [never("protocol/v2/room_member.ts", "seq !== next && !isBehindRefused")],
    "a member sends its words twice",
    "a member leaves a number out",
  ],
  [
    "the number of a statement, at a reader",
    [cut(
      "protocol/v2/author_sessions.ts",
      "if (statement.seq === last.seq + 1) return last.size;",
      "return last.size;",
    )],
    "a server tells a member's words twice",
  ],
  [
    "the log in a statement",
    [cut(RULES, "const isHere = got.log === log && ", "const isHere = ")],
    "words that name one room and the log of another",
    "a server tells words of another log",
  ],
  [
    "the clock",
    [cut(RULES, "if (away <= freshMs) return;", "return;")],
    "words of six minutes ago",
    "words of six minutes ahead",
    "a server tells words of eleven minutes ago as new",
  ],
  [
    "the root in a statement and a head",
    [ROOT],
    "words over a conversation that never was",
    "a member signs a head over a conversation that never was",
    "a server signs a head over another conversation",
  ],
  [
    "the size in a statement and a head",
    [BOUNDS, ROOT],
    "words over more than was said",
    "a server hides an entry that a member has seen",
    "a server's final head is over less than it told",
  ],
  [
    "whose turn the final head is",
    [cut(
      "protocol/v2/room_member.ts",
      "if (!this.#isDone && (!final || this.isEnding)) return;",
      "return;",
    )],
    "a member signs a final head before the server",
  ],
  [
    "that one speaks where one is",
    [cut(
      SESSION,
      "if (joined !== undefined) return joined;",
      "if (joined !== undefined) return joined;\n    for (const one of this.#rooms.values()) return one;",
    )],
    "a member speaks in a room that it has not joined",
  ],
  [
    "the list of rooms",
    [cut(HALL, "?? this.#options.rooms.includes(name);", "?? true;")],
    "a member joins a room that is not on the list",
  ],
  [
    "that a room of two is for the two, and that the other is here",
    [cut(HALL, "pair?.includes(fingerprint) ??", "pair !== undefined ||"), HERE],
    "a member joins the room of two others",
  ],
  [
    "that the other is here",
    [HERE],
    "a member begins a room with somebody who is not here",
  ],
  [
    "that a room is joined once",
    [cut(SESSION, "if (this.#rooms.has(room) || ", "if (")],
    "a member joins a room twice",
  ],
];

const LIES: readonly Plain[] = [
  [
    "that an author's certificate was shown",
    [never("protocol/v2/authors.ts", "author === undefined")],
    "a server tells words of somebody whose certificate it does not show",
  ],
  [
    "that nothing comes behind the final head",
    [cut(
      "protocol/v2/room_reader.ts",
      '    if (this.#isEnded) {\n      throw new ChatError("FORKED"',
      '    if (false) {\n      throw new ChatError("FORKED"',
    )],
    "a server goes on after its final head",
  ],
  [
    "that own words come back as they were said",
    [cut(
      "protocol/v2/own_words.ts",
      "const isSame = next !== undefined && sameBytes(next.stmt, stmt) && sameBytes(next.sig, sig);",
      "const isSame = [next, stmt, sig].length > 0;",
    )],
    "a server changes what a client said on its way back",
    "a server tells a client's own words twice",
  ],
  [
    "that what is refused was said",
    [never("protocol/v2/own_words.ts", "!isWaiting")],
    "a server refuses what was never said",
  ],
  [
    "that a client has asked to join",
    [cut(
      "chat/room_client.ts",
      "const [wanted] = this.#asked.values();\n    if (wanted === undefined) throw unasked();",
      "const wanted = this.#options;",
    )],
    "a server lets a client in that has not asked",
  ],
];

const ACCOUNTS: readonly Plain[] = [
  [
    "that a key without an account is told so",
    [never(DESK, "account === undefined")],
    "a client logs in with another's e-mail address and password",
  ],
  [
    "that the address is the account's",
    [cut(DESK, "!sameEmail(account.email, request.email) || !isRight", "!isRight")],
    "a client with an account logs in with another's address and password",
  ],
  [
    "one answer whatever address a key without an account asks for",
    [cut(
      DESK,
      'return refused(error, "this certificate\'s key has no account");',
      "return refused(error, `nobody is called ${request.email}`);",
    )],
    "a client without an account asks who has one",
  ],
  [
    "one answer for a wrong address and a wrong password",
    [cut(
      DESK,
      'return refused(error, "wrong e-mail address or password");',
      "return refused(error, `wrong password of ${request.email}`);",
    )],
    "a client with an account asks who has another",
  ],
  [
    "that delays are a key's own",
    [
      cut(
        DESK,
        "this.#failures.delayMs(keyHash, nowMs)",
        "this.#failures.delayMs(request.email, nowMs)",
      ),
      cut(DESK, "this.#failures.add(keyHash, nowMs)", "this.#failures.add(request.email, nowMs)"),
    ],
    "a client guesses to lock the owner out",
  ],
  [
    "the delay",
    [cut(DESK, "if (delayMs > 0) return tooSoon(delayMs);")],
    "a thief of the key guesses on ten connections at once",
  ],
  [
    "that the delay doubles",
    [cut("store/recent_failures.ts", "DELAY_FIRST_MS * 2 ** (beyond - 1)", "DELAY_FIRST_MS")],
    "a thief of the key goes on guessing after each delay",
  ],
  [
    "three tries a connection",
    [never(SESSION_SIGN_IN, "tries++ >= SIGN_IN_TRIES")],
    "a client tries four passwords on one connection",
  ],
  [
    "that signing in comes first",
    [cut(SESSION, "await signInSession(link, channel, {", "void ({")],
    "a client joins a room without signing in",
  ],
];

const FLOODS: readonly Plain[] = [
  [
    "the largest frame",
    [never("protocol/frame.ts", "length > maxBytes")],
    "a stranger announces a frame of 65,537 bytes",
    "a member announces a frame of 0xFFFFFFFF bytes",
  ],
  [
    "that an empty frame is an error, not skipped",
    [cut(
      "protocol/frame.ts",
      '      throw new ChatError("FORMAT", "cannot read frame: its body is empty");',
      "      this.#start += U32_BYTES;\n      return this.next(maxBytes);",
    )],
    "a stranger sends an empty frame",
  ],
  [
    "the depth",
    [cut(
      JSON,
      "if (depth > DEPTH_MAX) throw unwritable(`something nested deeper than ${DEPTH_MAX}`);",
    )],
    "a stranger sends JSON 30,000 deep",
    "a member sends JSON 30,000 deep",
  ],
  [
    "the time of a step, whole",
    [cut(
      "chat/frame_stream.ts",
      "if (withinMs === undefined) return await this.#next(expected);",
      "if (what) return await this.#next(expected);",
    )],
    "a stranger sends a byte at a time",
    "a server sends a byte at a time",
    "a client pings and never signs in",
  ],
  [
    "what may wait for a reader",
    [never("chat/secure_link.ts", "this.#queuedBytes > BACKLOG_MAX_BYTES")],
    "a member reads nothing",
  ],
  [
    "that a ping costs nothing",
    [cut(
      SESSION,
      '      case "ping":\n        return undefined;',
      '      case "ping":\n        for (const end = performance.now() + 5; performance.now() < end;);\n        return undefined;',
    )],
    "a member sends 40,000 pings",
  ],
  [
    "32 rooms a session",
    [cut(SESSION, " || this.#rooms.size >= ROOMS_MAX")],
    "a member joins 33 rooms",
  ],
  [
    "that who is gone is forgotten",
    [
      cut(HALL, "      this.#members.delete(id);\n"),
      cut(SESSION, "    this.#hasEnded = true;\n"),
    ],
    "a member comes and goes in the middle of everything",
  ],
];

const SCREENS: readonly Plain[] = [
  [
    "printable words at the operator",
    [cut("cli/server_view.ts", ".map(printable);", ";")],
    "a member writes control sequences",
  ],
  [
    "printable words at a person",
    [cut("cli/client_view.ts", "[${who}] ${printable(text)}", "[${who}] ${text}")],
    "a member writes control sequences",
    "the operator writes control sequences",
  ],
  [
    "a printable refusal (session, report)",
    FOREIGN,
    "a server refuses with control sequences",
    "a member ends with control sequences",
  ],
  [
    "the form of a code",
    [cut(FIELDS, 'z.string().regex(/^[A-Z][A-Z0-9_]{1,31}$/, "is not a code")', "z.string()")],
    "a member sends control sequences as a code",
  ],
  [
    "printable names in certificates",
    [
      cut(VALIDATE, "return faultOf(leaf, { result, policy });", "return undefined;"),
      cut(
        "pki/leaf_account.ts",
        "subject.commonNames.length !== 1 || !SHOWN_NAME.test(commonName)",
        "false",
      ),
    ],
    "a certificate has control sequences in its name",
  ],
  [
    "printable names of rooms",
    [cut(
      "protocol/v2/room_name.ts",
      "const ROOM_NAME = /^[\\x20-\\x7e]{1,140}$/;",
      "const ROOM_NAME = /^[^]{1,140}$/;",
    )],
    "a member joins a room with control sequences in its name",
  ],
  [
    "printable e-mail addresses",
    [cut(FIELDS, " && !/[\\p{C}\\p{Zl}\\p{Zp}]/u.test(text)")],
    "a client registers control sequences as its e-mail address",
  ],
];

const LISTENING: readonly Plain[] = [
  [
    "that records are encrypted",
    [
      cut(
        RECORDS,
        "return encodeFrame(sealGcm(key, { nonce, aad, plain }));",
        "return encodeFrame(concat(plain, new Uint8Array(GCM_TAG_BYTES)));",
      ),
      cut(
        RECORDS,
        "return openGcm(key, { nonce, aad: encodeU32(sealed.length), sealed });",
        "return sealed.slice(0, -GCM_TAG_BYTES);",
      ),
    ],
    "a listener captures whole sessions and looks for the password",
    "a listener captures whole sessions and looks for the words",
    "a listener captures whole sessions and looks for names, rooms and e-mail addresses",
    "a listener captures whole sessions and looks for the certificates",
  ],
];

/** All of them. */
export const ROOM_MUTATIONS: readonly Mutation[] = [
  ...IDENTITY,
  ...HANDSHAKE,
  ...RECORD_ROWS,
  ...STATEMENTS,
  ...LIES,
  ...ACCOUNTS,
  ...FLOODS,
  ...SCREENS,
  ...LISTENING,
].map(([check, edits, ...attacks]) => ({
  check,
  edits,
  attacks: attacks.map((attack) => `protocol 2: ${attack}`),
}));
