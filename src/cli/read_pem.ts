import { ChatError } from "../errors.ts";
import { PEM_MAX_CHARS } from "../pki/pem.ts";
import { readPrivate } from "../store/private_file.ts";

/** A PEM file as read. */
export interface PemFile {
  readonly text: string;
  /** Whether others than the owner may read it: for a private key, worth a warning. */
  readonly exposed: boolean;
}

/** What the caller knows of the file. */
export interface ReadPemOptions {
  /**
   * For files of the settings: the command that makes the file. Then a missing one is a FILE error with
   * this hint; a file that the person named is NO_INPUT.
   */
  readonly remedy?: string;
}

/**
 * Reads a PEM file, at most 64 KiB.
 *
 * @param path The file.
 * @param options What makes the file, if it should be there.
 * @returns Its text.
 * @throws {ChatError} NO_INPUT or FILE if it is missing; FILE if it cannot be read or is too large.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * await assert.rejects(readPem("no-such.pem"), { code: "NO_INPUT" });
 * await assert.rejects(readPem("no-such.pem", { remedy: "make it" }), { code: "FILE" });
 * ```
 */
export async function readPem(path: string, { remedy }: ReadPemOptions = {}): Promise<PemFile> {
  try {
    const { bytes, exposed } = await readPrivate(path, { maxBytes: PEM_MAX_CHARS });
    return { text: new TextDecoder().decode(bytes), exposed };
  } catch (error) {
    const isMissing = error instanceof ChatError && error.code === "NO_INPUT";
    if (!isMissing || remedy === undefined) throw error;
    throw new ChatError("FILE", error.message, { cause: error, hint: remedy });
  }
}
