/**
 * The server's secret behind the salts of addresses without an account. It has a file of its own: a
 * secret that changed, with the server's key for instance, would tell the salts that stay (real
 * accounts) from those that do not.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { randomBytes } from "../crypto/entropy.ts";
import { ChatError } from "../errors.ts";
import { readPrivate, writePrivate } from "./private_file.ts";

const SECRET_BYTES = 32;
const FILE_MAX_BYTES = 128;

/**
 * Reads the secret, or makes it at the first start.
 *
 * @param path Its file, 64 hex digits and a line end, mode 0600.
 * @returns 32 bytes.
 * @throws {ChatError} FORMAT if the file holds something else; FILE if the system refuses.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const dir = await Deno.makeTempDir();
 * const secret = await loadSaltSecret(`${dir}/secret`);
 * assert.deepEqual(await loadSaltSecret(`${dir}/secret`), secret);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function loadSaltSecret(path: string): Promise<Uint8Array> {
  try {
    const { bytes } = await readPrivate(path, { maxBytes: FILE_MAX_BYTES });
    return parseSecret(new TextDecoder().decode(bytes), path);
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== "NO_INPUT") throw error;
  }
  const secret = randomBytes(SECRET_BYTES);
  await writePrivate(path, `${secret.toHex()}\n`);
  return secret;
}

function parseSecret(text: string, path: string): Uint8Array {
  if (/^[0-9a-f]{64}\n?$/.test(text)) return Uint8Array.fromHex(text.trim());
  throw new ChatError("FORMAT", `cannot read "${printable(path)}": not 64 hex digits`, {
    hint: "restore the file from a backup, or move it away: a new one is made",
  });
}
