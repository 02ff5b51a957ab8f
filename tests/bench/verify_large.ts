/**
 * How fast the command verifies a room's file of a million entries, against the runtime's own signature
 * check on all cores in the same run, and how much memory that takes.
 *
 * `deno run -A tests/bench/verify_large.ts [ENTRIES] [ed25519|rsa-2048] [SIGNED_TOGETHER]`. Statements
 * that are signed together are over one tree, as those are that a client sends at once (16 at most);
 * with 1 each is over another one, which is the dearest: a root to be made for each.
 *
 * @module
 */

import { generateKeyPairSync, sign } from "node:crypto";
import { availableParallelism } from "node:os";
import { randomBytes } from "../../src/crypto/entropy.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import { identity2, SERVER2_NAME, trust2 } from "../testkit/identities2.ts";
import { programArguments } from "../testkit/program.ts";
import { RoomFiles } from "../testkit/room_files.ts";
import type { BenchResult } from "./verify.ts";

const MEMBERS = 8;
const HEAD_EVERY = 50;
const FLUSH_EVERY = 5_000;
const NATIVE_MS = 2_000;
const STATEMENT_BYTES = 540; // of a short text, label included

/** What is measured. */
export interface LargeFile {
  readonly entries: number;
  readonly keyType: "ed25519" | "rsa-2048";
  readonly together: number;
}

/** Writes a server's file with so many statements of some members. */
async function writeFile(path: string, { entries, keyType, together }: LargeFile): Promise<void> {
  const server = await identity2(SERVER2_NAME, "server", { keyType });
  const files = await RoomFiles.open({ server, random: randomBytes });
  using file = await Deno.open(path, { write: true });
  const encoder = new TextEncoder();
  function flush(): void {
    const lines = files.lines.splice(0).map((line) => `${line}\n`).join("");
    for (let rest = encoder.encode(lines); rest.length > 0;) {
      rest = rest.subarray(file.writeSync(rest));
    }
  }
  const members = await Promise.all(Array.from({ length: MEMBERS }, async (_, index) => {
    const own = await identity2(`member ${index}`, "client", { keyType });
    return { own, session: index.toString(16).padStart(2, "0").repeat(16) };
  }));
  const visitors = [];
  for (const { own, session } of members) visitors.push(await files.join(own, session));
  for (const visitor of visitors) visitor.isPresent = false; // one file is enough
  for (let said = 0; said < entries; said++) {
    const turn = Math.floor(said / together);
    const visitor = visitors[turn % MEMBERS];
    if (visitor === undefined) throw new RangeError("unreachable");
    const seen = files.tree.size - said % together;
    await files.say(visitor, `statement number ${said} of a long day`, seen);
    if (said % HEAD_EVERY === 0) await files.head();
    if (said % FLUSH_EVERY === 0) flush();
  }
  for (const visitor of visitors) await files.leave(visitor);
  await files.close();
  flush();
}

const NATIVE = `
import { createPublicKey, verify } from "node:crypto";
self.onmessage = ({ data: { spki, hash, data, signature, ms } }) => {
  const key = createPublicKey({ key: spki, format: "der", type: "spki" });
  for (let index = 0; index < 200; index++) verify(hash, data, key, signature);
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < ms; count += 20) {
    for (let index = 0; index < 20; index++) {
      if (!verify(hash, data, key, signature)) throw new Error("bad");
    }
  }
  self.postMessage(count / ((performance.now() - start) / 1000));
};`;

/** Signatures a second that the runtime checks on all cores, with nothing else to do. */
async function nativeRate(keyType: LargeFile["keyType"]): Promise<number> {
  const { privateKey, publicKey } = keyType === "ed25519"
    ? generateKeyPairSync("ed25519")
    : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const hash = keyType === "ed25519" ? null : "sha256";
  const data = new Uint8Array(STATEMENT_BYTES);
  const signature = new Uint8Array(sign(hash, data, privateKey));
  const spki = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
  const url = URL.createObjectURL(new Blob([NATIVE], { type: "text/javascript" }));
  const rates = await Promise.all(Array.from({ length: availableParallelism() }, async () => {
    const worker = new Worker(url, { type: "module" });
    const rate = Promise.withResolvers<number>();
    worker.onmessage = ({ data: each }) => rate.resolve(each);
    worker.postMessage({ spki, hash, data, signature, ms: NATIVE_MS });
    const each = await rate.promise;
    worker.terminate();
    return each;
  }));
  URL.revokeObjectURL(url);
  return rates.reduce((sum, rate) => sum + rate, 0);
}

/** Runs the command; gives its time, without that of its start, and the most memory that it had. */
async function verify(path: string, ca: string): Promise<{ seconds: number; peakMb: number }> {
  const args = [...programArguments(), "verify", "--quiet", path, "--ca", ca];
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  let peakMb = 0;
  const timer = setInterval(() => peakMb = Math.max(peakMb, peakOf(child.pid)), 100);
  const { code, stdout } = await child.output();
  clearInterval(timer);
  if (code !== 0) throw new Error(new TextDecoder().decode(stdout));
  return { seconds: (performance.now() - start) / 1000, peakMb };
}

/** Linux tells the most memory that a process ever had. */
function peakOf(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/**
 * Measures one file.
 *
 * @param file What it holds.
 * @returns Rates, their ratio, memory.
 */
export async function benchLarge(file: LargeFile): Promise<readonly BenchResult[]> {
  const { entries, keyType, together } = file;
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  const [ca, small] = [`${path}.pem`, `${path}.small.jsonl`];
  try {
    await Deno.writeTextFile(ca, (await trust2()).anchors.map(certificatePem).join(""));
    await writeFile(path, file);
    await Deno.writeTextFile(small, "");
    await writeFile(small, { ...file, entries: 10 });
    const before = await nativeRate(keyType);
    const start = await verify(small, ca);
    const { seconds, peakMb } = await verify(path, ca);
    const after = await nativeRate(keyType);
    const rate = entries / (seconds - start.seconds);
    const native = (before + after) / 2;
    const name = `${keyType}, ${entries} entries, ${together} signed together`;
    return [
      { name: `${name}: verified`, value: Math.round(rate), unit: "entries/s" },
      { name: "  the runtime alone, all cores", value: Math.round(native), unit: "signatures/s" },
      { name: "  ratio", value: Math.round(100 * rate / native), unit: "%" },
      { name: "  most memory", value: Math.round(peakMb), unit: "MiB" },
    ];
  } finally {
    for (const each of [path, ca, small]) await Deno.remove(each).catch(() => undefined);
  }
}

if (import.meta.main) {
  const [entries = "1000000", keyType = "ed25519", together = "4"] = Deno.args;
  const results = await benchLarge({
    entries: Number(entries),
    keyType: keyType === "rsa-2048" ? "rsa-2048" : "ed25519",
    together: Number(together),
  });
  // deno-lint-ignore no-console -- figures for people
  for (const { name, value, unit } of results) console.log(`${name}: ${value} ${unit}`);
}
