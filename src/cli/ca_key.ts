import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { decryptPrivateKey, isEncryptedKey } from "../pki/encrypted_key.ts";
import { parsePrivateKey, type PrivateKeyDer } from "../pki/private_key.ts";
import type { Io } from "./io.ts";
import { warnIfExposed } from "./load_identity.ts";
import { isPassphraseGiven, type PassphraseOptions, readPassphrase } from "./passphrase.ts";
import { readPem } from "./read_pem.ts";
import { progress, warn } from "./report.ts";

/** The CA's key, and where its passphrase is from. */
export interface CaKeyOptions extends PassphraseOptions {
  /** The key's file. */
  readonly path: string;
}

/**
 * Reads the CA's private key.
 *
 * @param io The world: a terminal is asked for the passphrase of a key that is encrypted, where none is
 * given; a key that others can read is a warning.
 * @param options The key's file, and its passphrase.
 * @returns The key.
 * @throws {ChatError} FILE if it is missing or unreadable; FORMAT if it is no key, or stays closed;
 * USAGE for a passphrase that is empty.
 */
export async function loadCaKey(io: Io, { path, ...given }: CaKeyOptions): Promise<PrivateKeyDer> {
  const remedy = "run this where the CA was made, or name its key with --ca-key";
  const { text, exposed } = await readPem(path, { remedy });
  warnIfExposed(io, { path, exposed });
  const source = `"${printable(path)}"`;
  if (!isEncryptedKey(text)) {
    const key = parsePrivateKey(text, source);
    if (isPassphraseGiven(given)) warn(io, `the passphrase was not used: ${path} is not encrypted`);
    return key;
  }
  if (!isPassphraseGiven(given)) {
    if (!io.input.isTerminal) throw closed(source);
    progress(io, `${path} is encrypted`);
  }
  return decryptPrivateKey(text, { passphrase: await readPassphrase(io, given), source });
}

function closed(source: string): ChatError {
  return new ChatError(
    "FORMAT",
    `cannot read ${source}: it is encrypted, and nobody can be asked`,
    {
      hint: "give its passphrase: --passphrase-file FILE, or --passphrase-stdin",
    },
  );
}
