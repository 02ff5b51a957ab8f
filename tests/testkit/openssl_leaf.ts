/** What a certificate that openssl makes says. */
export interface OpensslLeaf {
  /** "/CN=alice". */
  readonly subject: string;
  /** A subjectAltName as openssl.cnf(5) writes it: "email:a@x,DNS:a". */
  readonly names: string;
}

/**
 * Makes a client's certificate, which signs itself, of kinds that `cert issue` does not make.
 *
 * @param folder A folder for the key, which is replaced.
 * @param leaf What it says.
 * @returns The certificate as PEM.
 */
export async function opensslLeaf(
  folder: string,
  { subject, names }: OpensslLeaf,
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", `${folder}/leaf-key.pem`],
      ...["-subj", subject, "-utf8", "-days", "30", "-addext", `subjectAltName=${names}`],
      ...[
        "-addext",
        "extendedKeyUsage=clientAuth",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
      ],
    ],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
