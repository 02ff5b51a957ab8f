import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import { issuedCertificates } from "../pki/issued.ts";
import type { Role } from "../pki/validate.ts";
import { type BookKeeper, readGoodBooks } from "./books.ts";
import type { Io } from "./io.ts";
import { progress } from "./report.ts";

const ISSUE_HINT = "see what the CA has issued: securechat ca list; " +
  "make one with a new key: securechat cert issue";

/** A certificate, and the CA that is to renew it. */
export interface Renewal {
  readonly old: Certificate;
  readonly issuer: Pick<BookKeeper, "ca" | "path">;
}

/**
 * Decides whether a CA may renew a certificate: it must be a leaf of its own, in its books, and not
 * revoked there.
 *
 * @param io The world: what a person should know of the old one is told on standard error.
 * @param renewal The certificate and the CA.
 * @returns The role of the certificate.
 * @throws {ChatError} BAD_CERT with the reason if it may not; FILE if there are no books; LEDGER if
 * they do not hold.
 */
export async function renewableRole(io: Io, { old, issuer }: Renewal): Promise<Role> {
  if (old.isCa) throw refused(old, "it is a CA's", "make a new CA: securechat ca init");
  if (!await old.signedBy(issuer.ca)) {
    const name = printable(issuer.ca.commonName || issuer.ca.subject);
    throw refused(old, `it is not signed by "${name}"`, "name its CA with --ca and --ca-key");
  }
  const nowMs = io.now();
  const issued = issuedCertificates(await readGoodBooks(io, issuer), nowMs);
  const known = issued.find(({ fingerprint }) => fingerprint === old.fingerprint);
  if (known === undefined || known.role === "ca") {
    throw refused(old, "the CA's books do not have it", ISSUE_HINT);
  }
  if (known.revoked !== undefined) {
    const { time, reason } = known.revoked;
    throw refused(old, `it was revoked ${time} (${printable(reason)})`, ISSUE_HINT);
  }
  if (known.state === "expired") progress(io, `the old one expired ${known.notAfter}`);
  if (known.state === "renewed") progress(io, "the old one was renewed before: see ca list");
  return known.role;
}

function refused(old: Certificate, why: string, hint: string): ChatError {
  const who = printable(old.commonName || old.subject || old.serial);
  return new ChatError("BAD_CERT", `cannot renew certificate of "${who}": ${why}`, { hint });
}
