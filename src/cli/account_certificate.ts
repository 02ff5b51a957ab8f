import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { parseCertificatePem } from "../pki/certificate.ts";
import { type LeafAccount, leafAccountOf } from "../pki/leaf_account.ts";
import { sameEmail } from "../store/account_row.ts";
import { readPem } from "./read_pem.ts";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"; // RFC 5280 §4.2.1.12

/**
 * Reads the certificate that an account of protocol 2 is to be bound to. Whether a CA signed it and
 * when it ends is looked at when its owner signs in.
 *
 * @param path The file.
 * @param email Whose account it is.
 * @returns What the account is bound to.
 * @throws {ChatError} NO_INPUT or FILE for the file; FORMAT if it is no certificate; BAD_CERT if it is
 * not a client's, has not exactly one usable CN, or is for another e-mail address.
 */
export async function readAccountCertificate(path: string, email: string): Promise<LeafAccount> {
  const { text } = await readPem(path);
  const source = `"${printable(path)}"`;
  const certificate = parseCertificatePem(text, source);
  if (certificate.isCa || !certificate.extendedKeyUsage?.includes(CLIENT_AUTH)) {
    throw new ChatError("BAD_CERT", `cannot bind an account to ${source}: it is not a client's`, {
      hint: "name the certificate that its owner signs in with: securechat cert show FILE",
    });
  }
  const leaf = leafAccountOf(certificate);
  if (leaf.emails.length === 0 || leaf.emails.some((each) => sameEmail(each, email))) return leaf;
  const named = printable(leaf.emails.join(", "));
  throw new ChatError(
    "BAD_CERT",
    `cannot bind "${email}" to ${source}: the certificate is for ${named}`,
    { hint: "give the address that the certificate names, or its owner's certificate" },
  );
}
