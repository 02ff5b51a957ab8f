/**
 * From bytes to a checked object and back: canonical JSON, then a schema.
 *
 * @module
 */

import { z } from "zod";
import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { encodeCanonicalJson, type JsonObject } from "./canonical_json.ts";

const FAULT_MAX_CHARS = 160;

/**
 * Checks an object that came.
 *
 * @param schema What it must be.
 * @param value The object.
 * @param what What it is called, for the error.
 * @returns The object with its base64 fields as bytes.
 * @throws {ChatError} FORMAT naming the first field that is wrong.
 */
export function parseShape<T extends z.ZodType>(
  schema: T,
  value: JsonObject,
  what: string,
): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw shapeFault(`cannot read ${what}`, parsed.error);
}

/**
 * Writes an object of ours.
 *
 * @param schema What it must be.
 * @param value The object, base64 fields as bytes.
 * @param what What it is called, for the error.
 * @returns Its RFC 8785 form.
 * @throws {ChatError} FORMAT naming the first field that is wrong.
 */
export function encodeShape<T extends z.ZodType>(
  schema: T,
  value: z.output<T>,
  what: string,
): Uint8Array<ArrayBuffer> {
  const encoded = z.safeEncode(schema, value);
  if (encoded.success) return encodeCanonicalJson(encoded.data as JsonObject);
  throw shapeFault(`cannot write ${what}`, encoded.error);
}

function shapeFault(action: string, { issues: [issue] }: z.ZodError): ChatError {
  const where = issue?.path.join(".") || "object";
  // The names of keys that nobody knows are the other side's, and may be as long as a frame.
  const why = printable(`${where}: ${issue?.message ?? "malformed"}`).slice(0, FAULT_MAX_CHARS);
  return new ChatError("FORMAT", `${action}: ${why}`);
}
