/**
 * A CA for benches, and what it issues.
 *
 * @module
 */

import { importLeafSigningKey } from "../../src/crypto/leaf_signature.ts";
import { certificatePem, parseCertificatePem } from "../../src/pki/certificate.ts";
import { createCa, type Issued, issueLeaf } from "../../src/pki/issue.ts";
import type { KeyType } from "../../src/pki/key_type.ts";
import { encodePrivateKey, parsePrivateKey } from "../../src/pki/private_key.ts";
import type { Role } from "../../src/pki/validate.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { ownIdentity } from "../../src/protocol/v2/peer_identity.ts";

/** A CA on its way to another process of the bench: PEM, through a pipe. */
export interface HandedCa {
  readonly keyType: KeyType;
  readonly ca: string;
  readonly key: string;
}

/** A CA whose leaves all have keys of one kind. */
export class Issuer {
  readonly #ca: Issued;
  readonly #keyType: KeyType;

  constructor(ca: Issued, keyType: KeyType) {
    [this.#ca, this.#keyType] = [ca, keyType];
  }

  /** A new CA. */
  static async create(keyType: KeyType): Promise<Issuer> {
    const ca = await createCa({ name: "Bench CA", keyType, days: 30, nowMs: Date.now() });
    return new Issuer(ca, keyType);
  }

  /** One that another process has made. */
  static of({ keyType, ca, key }: HandedCa): Issuer {
    const certificate = parseCertificatePem(ca, "the bench's CA");
    return new Issuer({ certificate, key: parsePrivateKey(key, "the bench's key") }, keyType);
  }

  /** What another process needs of it. */
  handed(): HandedCa {
    const { certificate, key } = this.#ca;
    return {
      keyType: this.#keyType,
      ca: certificatePem(certificate),
      key: encodePrivateKey(key),
    };
  }

  /** The CA's certificate. */
  get certificate(): Issued["certificate"] {
    return this.#ca.certificate;
  }

  /** A leaf and its key. */
  leaf(commonName: string, role: Role): Promise<Issued> {
    const { certificate: ca, key: caKey } = this.#ca;
    const request = { commonName, role, names: [], days: 7, nowMs: Date.now() };
    return issueLeaf({ ...request, keyType: this.#keyType, ca, caKey });
  }

  /** Somebody who can sign in to a server of ours. */
  async identity(name: string): Promise<OwnIdentity> {
    const { certificate, key } = await this.leaf(name, "client");
    const signingKey = await importLeafSigningKey(new Uint8Array(key.pkcs8Der));
    return { ...ownIdentity([certificate.der]), signingKey };
  }

  /** Writes `ca-cert.pem`, and a server's certificate and key; gives the paths of these two. */
  async writeServer(
    folder: string,
    { name, stem }: { readonly name: string; readonly stem: string },
  ): Promise<{ readonly cert: string; readonly key: string }> {
    const { certificate, key } = await this.leaf(name, "server");
    const paths = { cert: `${folder}/${stem}cert.pem`, key: `${folder}/${stem}key.pem` };
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/ca-cert.pem`, certificatePem(this.certificate));
    await Deno.writeTextFile(paths.cert, certificatePem(certificate));
    await Deno.writeTextFile(paths.key, encodePrivateKey(key), { mode: 0o600 });
    return paths;
  }
}
