/**
 * Files of several PEM blocks of one kind: a chain of certificates, the CAs of a team, its CRLs.
 *
 * @module
 */

import { ChatError } from "../errors.ts";

const BLOCKS_MAX = 64;

/** What a bundle is read as. */
export interface PemBundleOptions {
  /** "CERTIFICATE", "X509 CRL". */
  readonly label: string;
  /** Where the text is from, for errors. */
  readonly source: string;
}

/**
 * Decodes every PEM block of a label; text around them and blocks of other labels are ignored.
 *
 * @param text The PEM text; the caller bounds it.
 * @param options The label, and where the text is from.
 * @returns The bytes of each, at least one.
 * @throws {ChatError} FORMAT if there is none, more than 64, or one is not base64.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { encodePem } from "./pem.ts";
 * const der = new Uint8Array([48, 0]);
 * const text = encodePem("X", der) + encodePem("X", der);
 * assert.deepEqual(decodePemBundle(text, { label: "X", source: "x.pem" }), [der, der]);
 * assert.throws(() => decodePemBundle("", { label: "X", source: "x.pem" }), { code: "FORMAT" });
 * ```
 */
export function decodePemBundle(
  text: string,
  { label, source }: PemBundleOptions,
): readonly Uint8Array<ArrayBuffer>[] {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g)]
    .filter((block) => block[1] === label);
  if (blocks.length === 0 || blocks.length > BLOCKS_MAX) {
    throw new ChatError(
      "FORMAT",
      `cannot read ${source}: ${blocks.length} PEM blocks of type ${label}, expected 1 to ${BLOCKS_MAX}`,
    );
  }
  try {
    return blocks.map((block) =>
      Uint8Array.fromBase64(block[2] ?? "", { lastChunkHandling: "strict" })
    );
  } catch (error) {
    throw new ChatError("FORMAT", `cannot read ${source}: a PEM block of it is not base64`, {
      cause: error,
    });
  }
}
