/**
 * Writes a certificate and its key, and says so.
 *
 * @module
 */

import { dirname } from "node:path";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { certificatePem } from "../pki/certificate.ts";
import { keyPem } from "../pki/encrypted_key.ts";
import type { Issued } from "../pki/issue.ts";
import { keyText } from "../pki/key_type.ts";
import { writePrivate, writePrivateTogether } from "../store/private_file.ts";
import type { IdentityPaths } from "./config.ts";

const FOLDER_MODE = 0o700;
const PUBLIC_MODE = 0o644;

/** Whether files that are there are replaced. */
export interface WriteOptions {
  readonly force: boolean;
}

/** Where an identity is written. */
export interface IdentityWriteOptions extends WriteOptions {
  readonly paths: IdentityPaths;
  /** Encrypts the key. */
  readonly passphrase?: string | undefined;
}

/**
 * Refuses to go on where a file would be overwritten: asked before a key is made, which takes time.
 *
 * @param paths What will be written.
 * @param options `force` permits it.
 * @throws {ChatError} EXISTS if one of them is there.
 */
export async function refuseOverwrite(
  paths: readonly string[],
  { force }: WriteOptions,
): Promise<void> {
  if (force) return;
  for (const path of paths) {
    if (!await fileExists(path)) continue;
    throw new ChatError("EXISTS", `cannot write "${printable(path)}": it exists already`);
  }
}

/**
 * Writes the key with mode 0600 and the certificate with mode 0644. A missing folder is made with mode
 * 0700.
 *
 * @param issued The certificate and its key.
 * @param options Where to, and whether files that are there are replaced.
 * @throws {ChatError} EXISTS if one of them is there; FILE if the system refuses.
 */
export async function writeIdentityFiles(
  issued: Issued,
  { paths, force, passphrase }: IdentityWriteOptions,
): Promise<void> {
  for (const path of [paths.key, paths.cert]) await makeFolder(dirname(path));
  const files = [
    { path: paths.key, data: await keyPem(issued.key, passphrase) },
    { path: paths.cert, data: certificatePem(issued.certificate) },
  ];
  await writePrivateTogether(files, { replace: force });
  if (Deno.build.os !== "windows") await Deno.chmod(paths.cert, PUBLIC_MODE);
}

/**
 * Writes a file that everybody may read, with mode 0644. A missing folder is made with mode 0700.
 *
 * @param path Where to.
 * @param text PEM text of a certificate or a request.
 * @param options Whether a file that is there is replaced.
 * @throws {ChatError} EXISTS if it is there; FILE if the system refuses.
 */
export async function writePublicFile(
  path: string,
  text: string,
  { force }: WriteOptions,
): Promise<void> {
  await makeFolder(dirname(path));
  await writePrivate(path, text, { replace: force });
  if (Deno.build.os !== "windows") await Deno.chmod(path, PUBLIC_MODE);
}

/**
 * The prefix of an identity's files, as another of them names it: "certs/server" for
 * "certs/server-cert.pem".
 *
 * @param path The file that is known.
 * @param kind What its name ends with.
 * @returns The prefix, or nothing for a file of another name.
 */
export function prefixOf(path: string, kind: "cert" | "request"): string | undefined {
  const end = `-${kind}.pem`;
  return path.endsWith(end) ? path.slice(0, -end.length) : undefined;
}

/**
 * Makes a folder that only its owner may enter, unless it is there.
 *
 * @param path The folder.
 * @throws {ChatError} FILE if the system refuses.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: FOLDER_MODE });
  } catch (error) {
    throw new ChatError("FILE", `cannot make the folder "${printable(path)}"`, {
      cause: error,
      hint: "choose another --out, or make the folder yourself",
    });
  }
}

/**
 * The lines that tell what was made.
 *
 * @param issued The certificate and its key.
 * @param options Where they are, and whether the key is encrypted.
 * @returns Three lines: the key, the certificate, its end.
 */
export function describeFiles(
  { certificate }: Issued,
  { paths, passphrase }: Omit<IdentityWriteOptions, "force">,
): string {
  const encrypted = passphrase === undefined ? "" : "encrypted, ";
  const until = certificate.notAfter.toISOString().replace(".000Z", "Z");
  return [
    `key          ${printable(paths.key)} (${keyText(certificate)}, ${encrypted}mode 0600)`,
    `certificate  ${printable(paths.cert)} (mode 0644)`,
    `valid until  ${until}`,
    "",
  ].join("\n");
}

/**
 * Whether there is something at a path, be it a link that leads nowhere.
 *
 * @param path The path.
 * @returns Whether there is.
 * @throws {ChatError} FILE if the system does not tell.
 */
export async function fileExists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new ChatError("FILE", `cannot look for "${printable(path)}"`, { cause: error });
  }
}
