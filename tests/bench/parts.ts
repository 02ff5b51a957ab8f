/**
 * Where the time goes: the parts of a set-up and of a message, each alone.
 *
 * @module
 */

import { encryptEcb } from "../../src/crypto/aes_ecb.ts";
import { randomExponent } from "../../src/crypto/entropy.ts";
import { publicValue, sharedValue } from "../../src/crypto/modp.ts";
import { sign, verifySignature } from "../../src/crypto/signature.ts";
import { testCa, testIdentity } from "../testkit/chat_world.ts";
import type { BenchResult } from "./verify.ts";

const ROUNDS = 200;

/** The cost of each part, ms. */
export async function benchParts(): Promise<readonly BenchResult[]> {
  const { signingKey, certificate } = await testIdentity("bench", "client");
  const ca = (await testCa()).certificate;
  const data = new Uint8Array(32);
  const signature = await sign(signingKey, data);
  const peer = publicValue(randomExponent());
  const file = await Deno.makeTempFile();
  using disk = await Deno.open(file, { write: true });
  const line = new Uint8Array(500);
  const key = new Uint8Array(16);
  const results = [
    await part("RSA-2048 sign, one at a time", () => sign(signingKey, data)),
    await part("RSA-2048 sign, eight at once, each", () => sign(signingKey, data), 8),
    await part("RSA-2048 verify", () => verifySignature(certificate.key, signature, data)),
    await part("certificate against its CA", () => certificate.signedBy(ca)),
    await part("Diffie-Hellman public value", () => publicValue(randomExponent())),
    await part("Diffie-Hellman shared value", () => sharedValue(randomExponent(), peer)),
    await part("AES-128-ECB of 64 bytes", () => encryptEcb(key, data)),
    await part("500 bytes to the disk (write, fdatasync)", async () => {
      await disk.write(line);
      await disk.syncData();
    }),
  ];
  await Deno.remove(file);
  return results;
}

async function part(
  name: string,
  work: () => unknown,
  atOnce = 1,
): Promise<BenchResult> {
  await work();
  const start = performance.now();
  for (let done = 0; done < ROUNDS; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, work));
  }
  const ms = (performance.now() - start) / ROUNDS;
  return { name, value: Math.round(ms * 1000) / 1000, unit: "ms" };
}
