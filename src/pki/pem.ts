/**
 * PEM text encodings (RFC 7468): one block in, one block out.
 *
 * @module
 */

import { ChatError } from "../errors.ts";

/** Largest PEM text that is read: the biggest certificate in use is a tenth of it. */
export const PEM_MAX_CHARS = 65_536;

const LINE_CHARS = 64; // RFC 7468 §2

/**
 * Encodes DER as a PEM block, `\n` line ends and a final newline.
 *
 * @param label "CERTIFICATE", "PRIVATE KEY".
 * @param der The bytes.
 * @returns The text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const der = new Uint8Array([48, 0]);
 * assert.deepEqual(decodePem(encodePem("X", der), ["X"], "x.pem").der, der);
 * ```
 */
export function encodePem(label: string, der: Uint8Array): string {
  const lines = der.toBase64().match(new RegExp(`.{1,${LINE_CHARS}}`, "g")) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/**
 * Decodes the one PEM block of a text. Text before and after it is ignored, as openssl does.
 *
 * @param text The PEM text, at most 64 KiB.
 * @param labels The labels that are wanted here.
 * @param source Where the text is from, for errors.
 * @returns The label found and the bytes.
 * @throws {ChatError} FORMAT if there is no such block, more than one, or its base64 is broken.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => decodePem("hello", ["CERTIFICATE"], "a.pem"), { code: "FORMAT" });
 * ```
 */
export function decodePem(
  text: string,
  labels: readonly string[],
  source: string,
): { readonly label: string; readonly der: Uint8Array<ArrayBuffer> } {
  const wanted = labels.join(" or ");
  if (text.length > PEM_MAX_CHARS) {
    throw new ChatError(
      "FORMAT",
      `cannot read ${source}: ${text.length} characters, expected at most ${PEM_MAX_CHARS}`,
    );
  }
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g)]
    .filter((block) => labels.includes(block[1] ?? ""));
  const block = blocks[0];
  if (block === undefined || blocks.length > 1) {
    const found = block === undefined ? "no" : String(blocks.length);
    throw new ChatError(
      "FORMAT",
      `cannot read ${source}: ${found} PEM block of type ${wanted}, expected one`,
    );
  }
  try {
    const der = Uint8Array.fromBase64(block[2] ?? "", { lastChunkHandling: "strict" });
    return { label: block[1] ?? "", der };
  } catch (error) {
    throw new ChatError("FORMAT", `cannot read ${source}: its PEM block is not base64`, {
      cause: error,
    });
  }
}
