/**
 * Every entry point that takes certificates, CRLs, keys or books from outside, for fuzzing. A new one is
 * one more element of {@link FUZZ_TARGETS}.
 *
 * @module
 */

import {
  caLimitsOf,
  certificatePem,
  parseCertificateDer,
  parseCertificatePem,
  subjectNameOf,
} from "../../src/pki/certificate.ts";
import { decryptPrivateKey, isEncryptedKey } from "../../src/pki/encrypted_key.ts";
import { ledgerEvent, type LedgerLine, signLedgerLine } from "../../src/pki/ledger.ts";
import { checkLedger } from "../../src/pki/ledger_check.ts";
import { parsePathCertificate } from "../../src/pki/path/certificate_der.ts";
import { openSequence, TAG } from "../../src/pki/path/der.ts";
import { createCertificateRequest, parseCertificateRequest } from "../../src/pki/request.ts";
import { parseCrl } from "../../src/pki/path/crl.ts";
import { type PathRequest, validatePath } from "../../src/pki/path/validate_path.ts";
import { decodePem, encodePem } from "../../src/pki/pem.ts";
import { decodePemBundle } from "../../src/pki/pem_bundle.ts";
import { generatePrivateKey, parsePrivateKey } from "../../src/pki/private_key.ts";
import { trustIn } from "../../src/pki/trust.ts";
import { findFault } from "../../src/pki/validate.ts";
import { ISSUED_AT_MS, testCa, testLeaf, VALID_AT } from "../testkit/certificates.ts";
import type { FuzzTarget } from "../testkit/fuzz_runner.ts";
import {
  betweenDer,
  encryptedPem,
  keysPem,
  leafCrlsDer,
  leavesDer,
  PASSPHRASE,
  rootCrlDer,
  rootDer,
  SEEDS_AT,
} from "./fuzz_seeds.ts";

const source = "input.pem";
const ca = await testCa("Fuzz CA");
const issued = [
  await testLeaf({ ca, role: "server", commonName: "chat.example" }),
  await testLeaf({ ca, role: "server", names: ["192.0.2.7"] }),
];
const certificates = [rootDer, betweenDer, ...leavesDer, ca.certificate.der];
const crls = [rootCrlDer, ...leafCrlsDer];

const requests = await Promise.all(
  (["rsa-2048", "ec-p256", "ed25519"] as const).map(async (keyType, index) =>
    await createCertificateRequest({
      key: await generatePrivateKey(keyType),
      ...{ commonName: "chat.example", role: "server" },
      names: index === 0 ? [] : ["192.0.2.7", "other.example"],
    })
  ),
);
const requestHex = new Set(requests.map((der) => requestPart(der)));

/** What a request's signature is over: the first value in it. */
function requestPart(der: Uint8Array): string {
  try {
    return openSequence(der, "request").take(TAG.sequence).full.toHex();
  } catch {
    return "unreadable";
  }
}

/** A request proves its key: a changed one is accepted by nobody. */
function readRequest(input: Uint8Array): string {
  parseCertificateRequest(new Uint8Array(input));
  return requestHex.has(requestPart(input)) ? "accepted" : "defect: accepted a changed request";
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Spoils what the first block of a PEM text holds. */
function withinPem(input: Uint8Array, spoil: (der: Uint8Array) => Uint8Array): Uint8Array {
  const text = textOf(input);
  const [block = "", label = "", base64 = ""] =
    /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END [^-]+-----\n?/.exec(text) ?? [];
  return bytesOf(text.replace(block, encodePem(label, spoil(Uint8Array.fromBase64(base64)))));
}

function pemTarget(
  name: string,
  texts: readonly string[],
  read: (text: string) => unknown,
): FuzzTarget {
  const run = async (input: Uint8Array): Promise<string> => {
    await read(textOf(input));
    return "accepted";
  };
  return { name, seeds: texts.map(bytesOf), within: withinPem, run };
}

/** What the signature of a certificate or a CRL is over. */
function signedPart(der: Uint8Array): string {
  try {
    return parsePathCertificate(der).tbsDer.toHex();
  } catch {
    try {
      return parseCrl(der).tbsDer.toHex();
    } catch {
      return "unreadable";
    }
  }
}

const signedParts = new Set(
  [...certificates, ...crls, ...issued.map(({ certificate }) => certificate.der)].map(signedPart),
);

/** Accepted things are those that were signed, whatever their signatures look like. */
function verdict(inputs: readonly Uint8Array[]): string {
  const forged = inputs.some((der) => !signedParts.has(signedPart(der)));
  return forged ? "defect: accepted what nobody signed" : "accepted";
}

interface Placed {
  readonly at: "leafDer" | "between" | "crl";
  readonly leaf: number;
}

/** A path of three with CRLs for everything, one of its parts from outside. */
async function runPath(input: Uint8Array, { at, leaf }: Placed): Promise<string> {
  const request: PathRequest = {
    leafDer: at === "leafDer" ? input : leavesDer[leaf] ?? rootDer,
    untrustedDer: [at === "between" ? input : betweenDer],
    anchorsDer: [rootDer],
    ...{ at: SEEDS_AT, purpose: "server", name: "chat.example" },
    crlsDer: [rootCrlDer, at === "crl" ? input : leafCrlsDer[0] ?? rootCrlDer],
    revocation: "required",
  };
  const result = await validatePath(request);
  if (result.kind === "rejected") return `refused: ${result.code}`;
  if (leaf === 2 && at !== "leafDer") return "defect: accepted what is revoked";
  return verdict([...result.path.map(({ der }) => der), ...(at === "crl" ? [input] : [])]);
}

function pathTarget(at: Placed["at"], leaf: number, seeds: readonly Uint8Array[]): FuzzTarget {
  const what = { leafDer: "leaf", between: "intermediate", crl: "CRL" }[at];
  const name = `validatePath, ${what}${leaf === 2 ? " (revoked)" : ""}`;
  return { name, seeds, run: (input) => runPath(input, { at, leaf }) };
}

async function describeCertificate(input: Uint8Array): Promise<string> {
  const certificate = parseCertificateDer(new Uint8Array(input), source);
  caLimitsOf(certificate);
  subjectNameOf(certificate);
  certificatePem(certificate);
  await certificate.signedBy(certificate);
  return "accepted";
}

async function acceptLeaf(input: Uint8Array): Promise<string> {
  const leaf = parseCertificateDer(new Uint8Array(input), source);
  const policy = { trust: trustIn(ca.certificate), role: "server", at: VALID_AT } as const;
  const fault = await findFault(leaf, policy);
  return fault === undefined ? verdict([input]) : `refused: ${fault.reason}`;
}

const ledger: LedgerLine[] = [];
for (const { certificate } of [ca, ...issued]) {
  const event = certificate.isCa
    ? ledgerEvent(certificate, { kind: "begun", role: "ca", nowMs: ISSUED_AT_MS })
    : ledgerEvent(certificate, { kind: "issued", role: "server", nowMs: ISSUED_AT_MS });
  ledger.push(signLedgerLine(event, { last: ledger.at(-1), key: ca.key }));
}
const ledgerText = ledger.map(({ text }) => text).join("\n");

function readLedger(input: Uint8Array): string {
  const { lines, fault } = checkLedger(textOf(input).split("\n"), { ca: ca.certificate });
  if (fault !== undefined) return "refused: ledger";
  const isOurs = lines.every(({ text }, index) => text === ledger[index]?.text);
  return isOurs ? "accepted" : "defect: accepted what the CA did not write";
}

const certificateTexts = certificates.map((der) => encodePem("CERTIFICATE", der));
const crlTexts = crls.map((der) => encodePem("X509 CRL", der));
const decrypting = { passphrase: PASSPHRASE, source };

/** The entry points. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  { name: "parseCertificateDer", seeds: certificates, run: describeCertificate },
  {
    name: "parsePathCertificate",
    seeds: certificates,
    run: (input) => parsePathCertificate(input) && "accepted",
  },
  { name: "parseCertificateRequest", seeds: requests, run: readRequest },
  { name: "parseCrl", seeds: crls, run: (input) => parseCrl(input) && "accepted" },
  {
    name: "findFault",
    seeds: issued.map(({ certificate }) => certificate.der),
    run: acceptLeaf,
  },
  pathTarget("leafDer", 0, leavesDer),
  pathTarget("between", 1, [betweenDer, rootDer]),
  pathTarget("crl", 0, leafCrlsDer),
  pathTarget("crl", 2, leafCrlsDer),
  pathTarget("between", 2, [betweenDer]),
  pemTarget("parseCertificatePem", certificateTexts, (text) => parseCertificatePem(text, source)),
  pemTarget(
    "decodePem",
    [...certificateTexts, ...keysPem],
    (text) => decodePem(text, ["CERTIFICATE", "PRIVATE KEY"], source),
  ),
  pemTarget(
    "decodePemBundle, certificates",
    [certificateTexts.join("a line between\n"), certificateTexts.slice(2).join("")],
    (text) => decodePemBundle(text, { label: "CERTIFICATE", source }).map(parsePathCertificate),
  ),
  pemTarget(
    "decodePemBundle, CRLs",
    [crlTexts.join("")],
    (text) => decodePemBundle(text, { label: "X509 CRL", source }).map(parseCrl),
  ),
  pemTarget("parsePrivateKey", keysPem, (text) => parsePrivateKey(text, source)),
  pemTarget(
    "decryptPrivateKey",
    encryptedPem,
    (text) => isEncryptedKey(text) && decryptPrivateKey(text, decrypting),
  ),
  { name: "checkLedger", seeds: [bytesOf(ledgerText)], run: readLedger },
];
