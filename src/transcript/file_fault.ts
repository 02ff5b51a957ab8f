import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";

/** System errors in words, by their errno name. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EEXIST: "it exists already",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be too large",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "the name is too long",
  EIO: "the disk failed",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
};

/** What helps with a reason, where the table of errors knows nothing better. */
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "free some space; what is in the file already stays provable",
  EDQUOT: "free some space; what is in the file already stays provable",
};

/**
 * The error for what the system said about a file: the path, and the reason in words.
 *
 * @param act What was being done: "write", "create".
 * @param path The file.
 * @param error What the system threw.
 * @returns FILE, with the system's error as its cause; a ChatError is passed on as it is.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const full = Object.assign(new Error("os error 28"), { code: "ENOSPC" });
 * assert.equal(fileFault("write", "a", full).message, 'cannot write "a": the disk is full');
 * ```
 */
export function fileFault(act: string, path: string, error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const hint = HINTS[code];
  return new ChatError("FILE", `cannot ${act} "${printable(path)}": ${reasonOf(error, code)}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * Whether an error says that there is no room: something that passes.
 *
 * @param error What the system threw, or a ChatError that keeps it as its cause.
 * @returns Whether the disk or the quota is used up.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isFullDisk(Object.assign(new Error(), { code: "ENOSPC" })), true);
 * assert.equal(isFullDisk(Object.assign(new Error(), { code: "EIO" })), false);
 * ```
 */
export function isFullDisk(error: unknown): boolean {
  const thrown = error instanceof ChatError ? error.cause : error;
  return thrown instanceof Error && "code" in thrown &&
    (thrown.code === "ENOSPC" || thrown.code === "EDQUOT");
}

function reasonOf(error: unknown, code: string): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "this program was started without the permission";
  }
  if (error instanceof Deno.errors.AlreadyExists) return "it exists already";
  return REASONS[code] ?? `the system reports ${code === "" ? "an unknown error" : code}`;
}
