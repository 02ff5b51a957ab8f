/**
 * Makes real, signed transcripts, honest ones: tests then change them.
 *
 * Keys and every time are fixed, so certificates never end while tests run.
 *
 * @module
 */

import { encryptEcb } from "../../src/crypto/aes_ecb.ts";
import { sha256 } from "../../src/crypto/digest.ts";
import type { Role } from "../../src/pki/validate.ts";
import type { MessageRecord, Receipt } from "../../src/protocol/session.ts";
import { signMessage, signReceipt } from "../../src/protocol/v1/evidence.ts";
import { encodeEntry } from "../../src/transcript/v1/entry.ts";
import { encodeFooter, encodeHeader, encodeReceiptLine } from "../../src/transcript/v1/format.ts";
import { cast, type Person, SESSION_MS } from "./classic_keys.ts";

export { type Cast, cast, type Person, SESSION_MS } from "./classic_keys.ts";

/** The key of every session of the tests. */
export const SESSION_KEY = new Uint8Array(16).fill(7);

/** Line of the first entry: eight lines of header stand before it. */
export const FIRST_ENTRY_LINE = 9;

/** What somebody said. */
export interface Saying {
  readonly author: Role;
  readonly text: string;
  /** The author's next number if it is not given. */
  readonly seqno?: number;
  /** A second after the line before if it is not given. */
  readonly ts?: number;
}

/** What a transcript is made of. */
export interface BuildOptions {
  /** Whose file it is. */
  readonly role?: Role;
  readonly client?: Person;
  readonly server?: Person;
  readonly sayings?: readonly Saying[];
  /** Changes the owner's receipt; `undefined` leaves it out. */
  readonly receipt?: (honest: Receipt) => Promise<Receipt | undefined> | Receipt | undefined;
  /** Adds the other side's receipt. */
  readonly peerReceipt?: (honest: Receipt) => Promise<Receipt> | Receipt;
}

/** Two authors, three words each, mixed. */
export const SAYINGS: readonly Saying[] = [
  { author: "server", text: "welcome" },
  { author: "client", text: "hello" },
  { author: "client", text: "how are you?" },
  { author: "server", text: "fine" },
  { author: "server", text: "and you?" },
  { author: "client", text: "fine" },
];

/** Makes the records of a session, signed by its authors, as the owner's file has them. */
export async function buildRecords(options: BuildOptions = {}): Promise<readonly MessageRecord[]> {
  const { role, people } = await sidesOf(options);
  const next = { client: 1, server: 1 };
  const peerFingerprint = people[opposite(role)].certificate.fingerprint;
  const unsigned = (options.sayings ?? SAYINGS).map((saying, index) => {
    const { author, text, ts = SESSION_MS + index * 1000, seqno = next[author] } = saying;
    next[author] = seqno + 1;
    const ct = encryptEcb(SESSION_KEY, new TextEncoder().encode(text)).toBase64();
    return { author, message: { seqno, ts, ct } };
  });
  return await Promise.all(unsigned.map(async ({ author, message }) => ({
    ...message,
    sig: await signMessage(people[author].signingKey, message),
    peerFingerprint,
  })));
}

/** Makes the text of a transcript. */
export async function buildTranscript(options: BuildOptions = {}): Promise<string> {
  const { role, people } = await sidesOf(options);
  const records = await buildRecords(options);
  const entries = records.map(encodeEntry);
  const summaryOf = (lines: readonly string[]) => ({
    firstSeq: records[0]?.seqno ?? 0,
    lastSeq: records.at(-1)?.seqno ?? 0,
    transcriptSha256: sha256(lines.join("\n")).toHex(),
  });
  const honest = await signReceipt(people[role].signingKey, role, summaryOf(entries));
  const receipt = options.receipt === undefined ? honest : await options.receipt(honest);
  const footer = encodeFooter({
    endedMs: SESSION_MS + 60_000,
    total: entries.length,
    transcriptSha256: honest.transcriptSha256,
    ...(receipt && { receipt }),
  });
  const head = encodeHeader({
    sessionId: "00112233445566aa",
    role,
    startedMs: SESSION_MS,
    clientCertificate: people.client.certificate,
    serverCertificate: people.server.certificate,
  });
  const peer = await peerLine(options, { role, people, records });
  return head + entries.map((line) => `${line}\n`).join("") + footer + peer;
}

/** Cuts lines out of a text and puts others in, as `Array.splice` does; lines count from 1. */
export function spliceLines(
  text: string,
  { at, remove, insert = [] }: { at: number; remove: number; insert?: readonly string[] },
): string {
  return text.split("\n").toSpliced(at - 1, remove, ...insert).join("\n");
}

/** Changes one line of a text; lines count from 1. */
export function editLine(text: string, at: number, edit: (line: string) => string): string {
  return spliceLines(text, { at, remove: 1, insert: [edit(text.split("\n")[at - 1] ?? "")] });
}

/** Changes one field of an entry. */
export function editField(line: string, field: number, edit: (value: string) => string): string {
  return line.split("|").map((value, index) => index === field ? edit(value) : value).join("|");
}

/** The number of the first line that begins so. */
export function lineOf(text: string, prefix: string): number {
  return text.split("\n").findIndex((line) => line.startsWith(prefix)) + 1;
}

interface Sides {
  readonly role: Role;
  readonly people: Readonly<Record<Role, Person>>;
}

async function sidesOf({ role = "client", client, server }: BuildOptions): Promise<Sides> {
  const everybody = await cast();
  return {
    role,
    people: { client: client ?? everybody.alice, server: server ?? everybody.server },
  };
}

/** The other side's receipt is over its own file: the same entries with this side's fingerprint. */
async function peerLine(
  { peerReceipt }: BuildOptions,
  { role, people, records }: Sides & { readonly records: readonly MessageRecord[] },
): Promise<string> {
  if (peerReceipt === undefined) return "";
  const peerFingerprint = people[role].certificate.fingerprint;
  const lines = records.map((record) => encodeEntry({ ...record, peerFingerprint }));
  const other = opposite(role);
  const honest = await signReceipt(people[other].signingKey, other, {
    firstSeq: records[0]?.seqno ?? 0,
    lastSeq: records.at(-1)?.seqno ?? 0,
    transcriptSha256: sha256(lines.join("\n")).toHex(),
  });
  return `${encodeReceiptLine("peerReceipt", await peerReceipt(honest))}\n`;
}

function opposite(role: Role): Role {
  return role === "client" ? "server" : "client";
}
