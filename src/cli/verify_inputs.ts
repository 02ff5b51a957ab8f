/**
 * Reads what `securechat verify` needs: the CA, certificates, revocation lists, the session key, the
 * transcript itself.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import { type Certificate, parseCertificateDer, parseCertificatePem } from "../pki/certificate.ts";
import { decodePemBundle } from "../pki/pem_bundle.ts";
import { readRevocationLists } from "../pki/revocation_lists.ts";
import { readPrivate } from "../store/private_file.ts";
import { fileFault } from "../transcript/file_fault.ts";
import { parseSessionKey } from "../transcript/v1/session_key.ts";
import type { ChainTrust } from "../transcript/v2/chain_lives.ts";
import type { VerifyOptions } from "../transcript/v1/verify.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { readPem } from "./read_pem.ts";
import { readCrlFile } from "./revocation_list.ts";

/** The name of standard input. */
export const STANDARD_INPUT = "-";

/** Files of a folder that are looked at, at most. */
const TRANSCRIPTS_MAX = 10_000;

/** Read at once. */
const CHUNK_BYTES = 65_536;

/** Certificates of the CA's folder that are looked at, at most. */
const FOLDER_MAX_FILES = 1000;

const SESSION_KEY_MAX_BYTES = 64;

/** The files that the options name. */
export interface EvidencePaths {
  readonly ca?: string;
  readonly certs: readonly string[];
  readonly crls: readonly string[];
  readonly sessionKey?: string;
}

/**
 * Reads the CA, every certificate at hand, the revocation lists, and the session key.
 *
 * @param io The world.
 * @param paths What the options name; the CA's path may come from the settings instead.
 * @returns What a transcript is verified by.
 * @throws {ChatError} CONFIG; NO_INPUT or FILE for a file that is missing or not readable; FORMAT for
 * one that is not what it should be; BAD_CERT for a list that the CA did not sign. A file that merely lies in the CA's folder never throws.
 */
export async function readEvidence(
  io: Io,
  { ca, certs, crls, sessionKey }: EvidencePaths,
): Promise<VerifyOptions> {
  const config = await readConfig(io, ca === undefined ? {} : { CA_CERT: ca });
  const caPath = config.ca.cert;
  const remedy = "name the CA's certificate: securechat verify FILE --ca FILE";
  const { text } = await readPem(caPath, ca === undefined ? { remedy } : {});
  const named = await Promise.all(certs.map(readCertificate));
  const key = sessionKey === undefined ? undefined : await readSessionKey(sessionKey);
  const [anchor, ...otherCas] = anchorsIn(text, `"${printable(caPath)}"`);
  const lists = (await Promise.all(crls.map(readCrlFile))).flat();
  const revocations = readRevocationLists(lists, [anchor, ...otherCas]);
  return {
    ca: anchor,
    otherCas,
    certificates: [...named, ...await certificatesBeside(caPath)],
    ...(revocations && { revocations }),
    ...(key && { sessionKey: key }),
  };
}

/**
 * What chains of protocol 2 are judged by.
 *
 * @param evidence What was read.
 * @returns All CAs, and the lists where there are any.
 */
export function chainTrustOf({ ca, otherCas = [], revocations }: VerifyOptions): ChainTrust {
  return { anchors: [ca, ...otherCas], ...revocations && { revocations } };
}

/**
 * Opens a transcript for reading.
 *
 * @param path The file, or `-`.
 * @param io Where standard input is.
 * @returns Its bytes in chunks; the file is closed at the end of them.
 * @throws {ChatError} NO_INPUT if there is no such file; FILE if it cannot be read, also while reading.
 */
export async function openTranscriptFile(
  path: string,
  io?: Pick<Io, "input">,
): Promise<AsyncIterable<Uint8Array>> {
  if (path === STANDARD_INPUT && io !== undefined) return io.input.bytes?.() ?? chunksOfNothing();
  try {
    const { isDirectory } = await Deno.stat(path);
    if (isDirectory) {
      throw new ChatError("FILE", `cannot read "${printable(path)}": it is a folder`);
    }
    return chunksOf(await Deno.open(path), path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileFault("read", path, error);
    const text = `cannot read "${printable(path)}": there is no such file`;
    throw new ChatError("NO_INPUT", text, { cause: error });
  }
}

/**
 * The files that were named, those of folders among them.
 *
 * @param paths Files, folders, `-`.
 * @returns Paths in order; of a folder those that are named like transcripts, sorted.
 * @throws {ChatError} NO_INPUT if a folder has none; FILE if it cannot be read.
 */
export async function expandPaths(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(async (path) => {
    if (path === STANDARD_INPUT || !await isFolder(path)) return [path];
    const names: string[] = [];
    for await (const { name, isFile } of Deno.readDir(path)) {
      if (isFile && /\.(?:transcript|jsonl)$/.test(name)) names.push(name);
      if (names.length > TRANSCRIPTS_MAX) break;
    }
    if (names.length > 0) return names.sort().map((name) => join(path, name));
    const text = `cannot read "${printable(path)}": the folder has no transcripts`;
    throw new ChatError("NO_INPUT", text);
  }));
  return found.flat();
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false; // told when it is opened
  }
}

async function* chunksOfNothing(): AsyncGenerator<Uint8Array, void> {}

/** The next chunk is read while this one is worked on. */
async function* chunksOf(file: Deno.FsFile, path: string): AsyncGenerator<Uint8Array, void> {
  using _ = file;
  let reading = readChunk(file);
  for (;;) {
    const chunk = await reading.catch((error) => {
      throw fileFault("read", path, error);
    });
    if (chunk === undefined) return;
    reading = readChunk(file);
    reading.catch(() => undefined); // whoever takes no more is not told
    yield chunk;
  }
}

async function readChunk(file: Deno.FsFile): Promise<Uint8Array | undefined> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  const length = await file.read(chunk);
  return length === null ? undefined : chunk.subarray(0, length);
}

/** One certificate, or those of several CAs: a team that changes its CA has sessions of both. */
function anchorsIn(text: string, source: string): readonly [Certificate, ...Certificate[]] {
  if (text.split("-----BEGIN CERTIFICATE-----").length <= 2) {
    return [parseCertificatePem(text, source)];
  }
  const [first, ...others] = decodePemBundle(text, { label: "CERTIFICATE", source });
  if (first === undefined) return [parseCertificatePem(text, source)];
  const parsed = others.map((der) => parseCertificateDer(der, source));
  return [parseCertificateDer(first, source), ...parsed];
}

async function readCertificate(path: string): Promise<Certificate> {
  const { text } = await readPem(path);
  return parseCertificatePem(text, `"${printable(path)}"`);
}

async function readSessionKey(path: string): Promise<Uint8Array> {
  const { bytes } = await readPrivate(path, { maxBytes: SESSION_KEY_MAX_BYTES });
  return parseSessionKey(new TextDecoder().decode(bytes), `"${printable(path)}"`);
}

/** Every certificate beside the CA's: what is none, or cannot be read, is nobody's certificate. */
async function certificatesBeside(caPath: string): Promise<readonly Certificate[]> {
  const folder = dirname(caPath);
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const isPublic = name.endsWith(".pem") && !name.endsWith("-key.pem") && !isDirectory;
      if (isPublic && names.length < FOLDER_MAX_FILES) names.push(name);
    }
  } catch (error) {
    if (asChatError(error).code !== "INTERNAL") throw error;
    return []; // a folder that cannot be listed: --cert names what is needed
  }
  const read = names.sort().map((name) => readCertificate(join(folder, name)));
  const results = await Promise.allSettled(read);
  return results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
}
