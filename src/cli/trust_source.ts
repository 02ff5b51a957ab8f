/**
 * Whom a running program trusts: its CAs, and the revocation list that it reads anew when the file
 * changes.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import { type Certificate, parseCertificateDer } from "../pki/certificate.ts";
import { decodePemBundle } from "../pki/pem_bundle.ts";
import { CRL_MAX_BYTES } from "../pki/path/crl.ts";
import {
  NO_REVOCATIONS,
  readRevocations,
  type Revocation,
  type Revocations,
  staleText,
} from "../pki/revocations.ts";
import type { Trust } from "../pki/trust.ts";
import { readPrivate } from "../store/private_file.ts";
import { readPem } from "./read_pem.ts";

/** A quarter of the second within which a revocation reaches live sessions, ms. */
const LOOK_EVERY_MS = 250;

const REMEDY = "write one where the CA's key is, then copy it here: securechat ca crl";

/** Where trust is read from. */
export interface TrustFiles {
  /** Certificates of one CA or of several. */
  readonly ca: string;
  /** The revocation list. */
  readonly crl: string;
  /** Whether somebody named the list: then it must be there. */
  readonly isCrlNamed: boolean;
  readonly crlRequired: boolean;
}

/** Who is told of a list that changes, ages or cannot be used. */
export interface TrustWatcher {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A new list is in force. */
  onChange(): void;
  /** Something is wrong with the list; the last good one stays in force. */
  onProblem(error: ChatError): void;
}

/** See the module. */
export class TrustSource {
  readonly #files: TrustFiles;
  readonly #anchors: readonly Certificate[];
  #revocations: Revocations = NO_REVOCATIONS;
  #trust: Trust;
  #stamp = "";

  /** See {@link load}. */
  constructor(files: TrustFiles, anchors: readonly Certificate[]) {
    this.#files = files;
    this.#anchors = anchors;
    this.#trust = { anchors, crls: [], crlRequired: files.crlRequired };
  }

  /**
   * Reads the CAs and the list.
   *
   * @param files Where they are.
   * @returns The source.
   * @throws {ChatError} FILE, NO_INPUT if a file is missing or unreadable; FORMAT if it is not what it
   * should be; BAD_CERT if no CA signed the list.
   */
  static async load(files: TrustFiles): Promise<TrustSource> {
    const source = new TrustSource(files, await loadAnchors(files.ca));
    const hasList = await source.refresh();
    if (hasList || !(files.isCrlNamed || files.crlRequired)) return source;
    const text = `cannot read the revocation list "${printable(files.crl)}": there is no such file`;
    throw new ChatError("NO_INPUT", text, { hint: REMEDY });
  }

  /** What certificates are judged by from now on; another object once a new list is in force. */
  get trust(): Trust {
    return this.#trust;
  }

  /** The CAs' names, printable. */
  get names(): string {
    return this.#anchors.map(({ commonName }) => printable(commonName)).join(", ");
  }

  /** The revocation of a certificate by the list in force. */
  revocationOf(certificate: Certificate): Revocation | undefined {
    return this.#revocations.of(certificate);
  }

  /**
   * The list in force, for people.
   *
   * @param nowMs Now, milliseconds since the Unix epoch.
   * @returns One line.
   */
  describe(nowMs: number): string {
    const { crls } = this.#revocations;
    if (crls.length === 0) {
      return `no list at ${printable(this.#files.crl)}: nobody counts as revoked`;
    }
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    const state = staleText(crls, nowMs) === undefined ? "" : ", STALE";
    return crls.map(({ number, entries, thisUpdateMs, nextUpdateMs }) =>
      `list ${number} of ${day(thisUpdateMs)}, ${entries.size} revoked, to be renewed by ` +
      `${day(nextUpdateMs)}${state}`
    ).join("; ");
  }

  /**
   * Reads the list again if its file is another one than before.
   *
   * @returns Whether a new list is in force.
   * @throws {ChatError} As {@link load}; the list before stays in force.
   */
  async refresh(): Promise<boolean> {
    const { crl } = this.#files;
    const stamp = await stampOf(crl);
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    if (stamp === "") {
      if (this.#revocations.crls.length === 0) return false;
      const text = `the revocation list "${printable(crl)}" is gone: the last one stays in force`;
      throw new ChatError("NO_INPUT", text, { hint: REMEDY });
    }
    const { bytes } = await readPrivate(crl, { maxBytes: CRL_MAX_BYTES });
    const source = `"${printable(crl)}"`;
    const ders = decodePemBundle(new TextDecoder().decode(bytes), { label: "X509 CRL", source });
    const read = readRevocations(ders, { anchors: this.#anchors, source });
    requireNewer(read, { than: this.#revocations, source });
    this.#revocations = read;
    this.#trust = { ...this.#trust, crls: read.crls };
    return true;
  }

  /**
   * Looks after the file until disposed of.
   *
   * @param watcher Who is told.
   * @returns What ends it.
   */
  watch(watcher: TrustWatcher): Disposable {
    let isLooking = false;
    let wasStale = false;
    const look = async () => {
      if (isLooking) return;
      isLooking = true;
      try {
        if (await this.refresh()) watcher.onChange();
      } catch (thrown) {
        watcher.onProblem(asChatError(thrown));
      } finally {
        isLooking = false;
      }
      const stale = staleText(this.#revocations.crls, watcher.now());
      if (stale !== undefined && !wasStale) {
        watcher.onProblem(new ChatError("REVOKED", stale, { hint: REMEDY }));
      }
      wasStale = stale !== undefined;
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    void look();
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }
}

/** Who puts an old list in the place of a new one takes revocations back. */
function requireNewer(
  { crls }: Revocations,
  { than, source }: { readonly than: Revocations; readonly source: string },
): void {
  for (const { issuer, number } of crls) {
    const before = than.crls.find((crl) => crl.issuer.key === issuer.key);
    if (before === undefined || number >= before.number) continue;
    throw new ChatError(
      "REVOKED",
      `cannot use revocation list of ${source}: it is number ${number}, number ${before.number} is in force`,
      { hint: "copy the CA's newest list here: securechat ca crl" },
    );
  }
}

/** What tells one version of a file from the next; empty when there is none. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtime, ctime } = await Deno.stat(path);
    return [ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    return "unreadable"; // reading it says why
  }
}

async function loadAnchors(path: string): Promise<readonly Certificate[]> {
  const remedy = "make the CA of your team: securechat ca init; " +
    "or copy its ca-cert.pem here and name it with --ca";
  const { text } = await readPem(path, { remedy });
  const source = `"${printable(path)}"`;
  return decodePemBundle(text, { label: "CERTIFICATE", source })
    .map((der) => parseCertificateDer(der, source));
}
