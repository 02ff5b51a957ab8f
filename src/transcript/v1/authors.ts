/**
 * Finds who wrote each entry: the side whose key verifies its signature.
 *
 * An entry does not name its author, so both keys may have to be tried. Numbers rise by one for each
 * author, which makes the first try almost always the right one.
 *
 * @module
 */

import { decodeBase64 } from "../../bytes/base64.ts";
import type { SignedItem, VerifyKey } from "../../crypto/signature.ts";
import { VerifyPool } from "../../crypto/verify_pool.ts";
import type { Role } from "../../pki/validate.ts";
import type { MessageRecord } from "../../protocol/session.ts";
import { messageDigest } from "../../protocol/v1/evidence.ts";
import type { Parties } from "./parties.ts";

/** Entries that are guessed together: few at first, while nothing is known, then more. */
const CHUNK_MIN = 8;
const CHUNK_MAX = 1024;

/** Entries from which on it pays to start threads: their start takes 50 ms. */
const THREADS_FROM = 400;

/** Highest number of each side so far, and who wrote last. */
interface Progress {
  readonly last: Readonly<Record<Role, number>>;
  readonly latest: Role;
}

/**
 * Finds the author of every entry.
 *
 * @param records The entries, in order.
 * @param options The sides, one without a certificate is nobody's author; and a signal to give up.
 * @returns For each entry its author, or nothing where neither key signed it.
 * @throws {DOMException} AbortError, or the signal's reason.
 */
export async function findAuthors(
  records: readonly MessageRecord[],
  { parties, signal }: { readonly parties: Parties; readonly signal?: AbortSignal },
): Promise<readonly (Role | undefined)[]> {
  const authors: (Role | undefined)[] = [];
  using pool = records.length < THREADS_FROM ? new VerifyPool(1) : new VerifyPool();
  const tools = { pool, keys: keysOf(parties) };
  let progress: Progress = { last: { client: 0, server: 0 }, latest: parties.other.role };
  for (
    let size = CHUNK_MIN;
    authors.length < records.length;
    size = Math.min(CHUNK_MAX, size * 2)
  ) {
    signal?.throwIfAborted();
    const chunk = records.slice(authors.length, authors.length + size);
    const found = await authorsOf(guess(chunk, progress), tools);
    found.forEach((author, index) => {
      const seqno = chunk[index]?.seqno ?? 0;
      if (author !== undefined) progress = advance(progress, { author, seqno });
    });
    authors.push(...found);
  }
  return authors;
}

/** An entry and the side whose key is to be tried. */
interface Guess {
  readonly record: MessageRecord;
  readonly role: Role | undefined;
}

type Keys = Readonly<Partial<Record<Role, VerifyKey>>>;

/** What signatures are tried with. */
interface Tools {
  readonly keys: Keys;
  readonly pool: VerifyPool;
}

/** Tries the guessed keys, and the other ones where those fail. */
async function authorsOf(
  guesses: readonly (Guess & { readonly role: Role })[],
  tools: Tools,
): Promise<readonly (Role | undefined)[]> {
  const first = await tryKeys(guesses, tools);
  const others = guesses.map(({ record, role }, index) => ({
    record,
    role: first[index] ? undefined : opposite(role),
  }));
  const second = await tryKeys(others, tools);
  return guesses.map(({ role }, index) =>
    first[index] ? role : second[index] ? opposite(role) : undefined
  );
}

async function tryKeys(
  guesses: readonly Guess[],
  { keys, pool }: Tools,
): Promise<readonly boolean[]> {
  const indexes: number[] = [];
  const items: SignedItem[] = [];
  guesses.forEach(({ record, role }, index) => {
    const key = role && keys[role];
    if (key === undefined) return;
    indexes.push(index);
    items.push({ key, signature: decodeBase64(record.sig, "sig"), data: messageDigest(record) });
  });
  const results = await pool.verifyAll(items);
  const verified = new Array<boolean>(guesses.length).fill(false);
  indexes.forEach((index, at) => verified[index] = results[at] ?? false);
  return verified;
}

/** The side whose next number it is; if that is both, whoever wrote last. */
function guess(
  chunk: readonly MessageRecord[],
  from: Progress,
): readonly (Guess & { readonly role: Role })[] {
  let progress = from;
  return chunk.map((record) => {
    const { seqno } = record;
    const { last, latest } = progress;
    const role = [latest, opposite(latest)].find((side) => seqno === last[side] + 1) ??
      [latest, opposite(latest)].find((side) => seqno > last[side]) ?? latest;
    progress = advance(progress, { author: role, seqno });
    return { record, role };
  });
}

function advance(
  { last }: Progress,
  { author, seqno }: { readonly author: Role; readonly seqno: number },
): Progress {
  return { last: { ...last, [author]: Math.max(last[author], seqno) }, latest: author };
}

function opposite(role: Role): Role {
  return role === "client" ? "server" : "client";
}

function keysOf({ owner, other }: Parties): Keys {
  return {
    ...(owner.certificate && { [owner.role]: owner.certificate.key }),
    ...(other.certificate && { [other.role]: other.certificate.key }),
  };
}
