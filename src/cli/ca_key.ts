import { printable } from "../bytes/printable.ts";
import { parsePrivateKey, type PrivateKeyDer } from "../pki/private_key.ts";
import type { Io } from "./io.ts";
import { warnIfExposed } from "./load_identity.ts";
import { readPem } from "./read_pem.ts";

/**
 * Reads the CA's private key.
 *
 * @param io The world: a key that others can read is a warning.
 * @param path Its file.
 * @returns The key.
 * @throws {ChatError} FILE if it is missing or unreadable; FORMAT if it is no key.
 */
export async function loadCaKey(io: Io, path: string): Promise<PrivateKeyDer> {
  const remedy = "run this where the CA was made, or name its key with --ca-key";
  const { text, exposed } = await readPem(path, { remedy });
  warnIfExposed(io, { path, exposed });
  return parsePrivateKey(text, `"${printable(path)}"`);
}
