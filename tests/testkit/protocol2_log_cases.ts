/**
 * Vectors of protocol 2 for what a log is made of: statements, leaves, the tree, heads.
 *
 * @module
 */

import { createPrivateKey, createPublicKey } from "node:crypto";
import { concat } from "../../src/bytes/concat.ts";
import { sha256 } from "../../src/crypto/digest.ts";
import { importLeafSigningKey, type LeafSigningKey } from "../../src/crypto/leaf_signature.ts";
import { encodeHead, type Head } from "../../src/protocol/v2/head.ts";
import { signLabelled } from "../../src/protocol/v2/labelled_signature.ts";
import type { SignatureLabel } from "../../src/protocol/v2/labels.ts";
import { EMPTY_ROOT, MerkleTree } from "../../src/protocol/v2/merkle_tree.ts";
import { encodeStatement, type Statement } from "../../src/protocol/v2/statement.ts";
import { fixed, type VectorCase } from "./protocol2_handshake_cases.ts";

const PKCS8_ED25519 = Uint8Array.fromHex("302e020100300506032b657004220420"); // RFC 8410 §7
const utf8 = new TextEncoder();

/** Someone with a key; the vectors have no certificates, so a fingerprint is the hash of the key. */
interface Author {
  readonly key: LeafSigningKey;
  readonly spki: string;
  readonly fingerprint: string;
}

async function author(name: string): Promise<Author> {
  const pkcs8 = concat(PKCS8_ED25519, fixed(name, 32));
  const object = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  const spki = createPublicKey(object).export({ format: "der", type: "spki" });
  const key = await importLeafSigningKey(pkcs8);
  return { key, spki: spki.toString("hex"), fingerprint: sha256(spki).toHex() };
}

/** How a vector's bytes get their signature. */
interface Signing {
  readonly by?: Author;
  readonly label?: SignatureLabel;
  /** Bytes to sign instead of those that are shown. */
  readonly over?: Uint8Array;
}

const log = fixed("log", 16).toHex();
const session = fixed("session", 16).toHex();

/**
 * Statements and their leaves.
 *
 * @returns The cases.
 */
export async function statementCases(): Promise<readonly VectorCase[]> {
  const [alice, mallory] = [await author("alice"), await author("mallory")];
  const say: Statement = {
    ...{ author: alice.fingerprint, kind: "say", log, room: "pump room", root: EMPTY_ROOT },
    ...{ salt: fixed("salt", 16), seq: 1, session, size: 0, text: "is the pump off? \u{1f914}" },
    ts: 1_795_000_000_000,
  };
  const text = new TextDecoder().decode(encodeStatement(say));
  const case_ = async (name: string, stmt: string, expect: string, signing: Signing = {}) => {
    const bytes = utf8.encode(stmt);
    const { by = alice, label = "statement", over = bytes } = signing;
    const sig = await signLabelled(by.key, { label, bytes: over });
    const { spki, fingerprint } = alice;
    const input = { stmt, sig: sig.toHex(), spki, fingerprint };
    return { name, section: "6", input, expect };
  };
  const written = (change: Partial<Statement>) =>
    new TextDecoder().decode(encodeStatement({ ...say, ...change }));
  const own = { session: log };
  const longest = written({ text: "x".repeat(32_768 - written({ text: "" }).length) });
  return await Promise.all([
    case_("say", text, "ok"),
    case_("open", written({ ...own, kind: "open", text: "" }), "ok"),
    case_("remove", written({ ...own, kind: "remove", text: mallory.fingerprint, size: 5 }), "ok"),
    case_("longest", longest, "ok"),
    case_("too_long", longest.replace("xx", "xxx"), "FORMAT"),
    case_("altered", written({ text: "is the pump on?" }), "SIG_FAIL", { over: utf8.encode(text) }),
    case_("other_signer", text, "SIG_FAIL", { by: mallory }),
    case_("other_author", written({ author: mallory.fingerprint }), "SIG_FAIL"),
    case_("other_label", text, "SIG_FAIL", { label: "head" }),
    case_("extra_key", text.replace('"author"', '"a":1,"author"'), "FORMAT"),
    case_("missing_key", text.replace(/,"ts":\d+/, ""), "FORMAT"),
    case_("key_twice", text.replace('"seq":1', '"seq":1,"seq":1'), "FORMAT"),
    case_("space", text.replace(",", ", "), "FORMAT"),
    case_("byte_order_mark", `\ufeff${text}`, "FORMAT"),
    case_("unknown_kind", text.replace('"say"', '"shout"'), "FORMAT"),
    case_("seq_zero", text.replace('"seq":1', '"seq":0'), "FORMAT"),
    case_("size_too_large", text.replace('"size":0', '"size":9007199254740992'), "FORMAT"),
    case_("upper_case_hex", text.replace(log, log.toUpperCase()), "FORMAT"),
    case_("log_short", text.replace(log, log.slice(2)), "FORMAT"),
    case_("salt_short", text.replace(say.salt.toBase64(), say.salt.slice(1).toBase64()), "FORMAT"),
    case_("ts_fraction", text.replace(/"ts":\d+/, '"ts":1.5'), "FORMAT"),
    case_("lone_surrogate", text.replace("pump off", "\\ud800"), "FORMAT"),
    case_("open_with_text", text.replace(session, log).replace('"say"', '"open"'), "FORMAT"),
    case_("notice_of_a_client", text.replace('"say"', '"notice"'), "FORMAT"),
    case_("remove_nobody", text.replace(session, log).replace('"say"', '"remove"'), "FORMAT"),
  ]);
}

/**
 * Roots, peaks and paths.
 *
 * @returns The cases.
 */
export function treeCases(): readonly VectorCase[] {
  const leaves = Array.from({ length: 11 }, (_, index) => fixed(`leaf ${index}`, 32));
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  const good = {
    leaf: fixed("leaf 5", 32).toHex(),
    index: 5,
    size: 11,
    root: tree.rootAt(11).toHex(),
    path: tree.inclusionPath(5).map((node) => node.toHex()),
  };
  const growing = [0, 6, 7, 8, 11].map((from) => {
    const input = { leaves: leaves.map((leaf) => leaf.toHex()), from };
    return { name: `from_${from}`, section: "6, 7", input, expect: "ok" };
  });
  const claims = {
    included: good,
    other_leaf: { ...good, leaf: fixed("leaf 6", 32).toHex() },
    other_index: { ...good, index: 4 },
    other_size: { ...good, size: 5 },
    other_root: { ...good, root: tree.rootAt(10).toHex() },
    path_short: { ...good, path: good.path.slice(1) },
    path_long: { ...good, path: [...good.path, good.root] },
    path_swapped: { ...good, path: good.path.toReversed() },
  };
  const proofs = Object.entries(claims).map(([name, claim]) => {
    return { name, section: "8", input: { claim }, expect: "ok" };
  });
  return [...growing, ...proofs];
}

/**
 * Heads.
 *
 * @returns The cases.
 */
export async function headCases(): Promise<readonly VectorCase[]> {
  const [server, mallory] = [await author("server"), await author("mallory")];
  const head: Head = {
    ...{ by: server.fingerprint, final: false, from: 2, log, room: "pump room", root: EMPTY_ROOT },
    ...{ session, size: 7, ts: 1_795_000_000_000 },
  };
  const text = new TextDecoder().decode(encodeHead(head));
  const case_ = async (name: string, body: string, expect: string, signing: Signing = {}) => {
    const bytes = utf8.encode(body);
    const { by = server, label = "head", over = bytes } = signing;
    const sig = await signLabelled(by.key, { label, bytes: over });
    const { spki, fingerprint } = server;
    const input = { head: body, sig: sig.toHex(), spki, fingerprint };
    return { name, section: "7", input, expect };
  };
  const written = (change: Partial<Head>) =>
    new TextDecoder().decode(encodeHead({ ...head, ...change }));
  return await Promise.all([
    case_("of_a_session", text, "ok"),
    case_("of_the_room", written({ session: log, from: 0 }), "ok"),
    case_("final", written({ final: true, from: 7 }), "ok"),
    case_("altered", written({ size: 8 }), "SIG_FAIL", { over: utf8.encode(text) }),
    case_("other_signer", text, "SIG_FAIL", { by: mallory }),
    case_("other_name", written({ by: mallory.fingerprint }), "SIG_FAIL"),
    case_("other_label", text, "SIG_FAIL", { label: "statement" }),
    case_("final_a_number", text.replace("false", "0"), "FORMAT"),
    case_("extra_key", text.replace('"final"', '"f":1,"final"'), "FORMAT"),
    case_("missing_key", text.replace('"from":2,', ""), "FORMAT"),
    case_("begins_after_its_end", text.replace('"from":2', '"from":8'), "FORMAT"),
    case_("room_begins_late", text.replace(session, log), "FORMAT"),
    case_("root_short", text.replace(EMPTY_ROOT, EMPTY_ROOT.slice(2)), "FORMAT"),
    case_("negative_size", text.replace('"size":7', '"size":-7'), "FORMAT"),
  ]);
}
