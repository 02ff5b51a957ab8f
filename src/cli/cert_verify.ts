/**
 * `securechat cert verify`: whether a certificate may be trusted, and if not, by which rule.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { CRL_MAX_BYTES, parseCrl } from "../pki/path/crl.ts";
import { type PathResult, validatePath } from "../pki/path/validate_path.ts";
import { PEM_MAX_CHARS } from "../pki/pem.ts";
import { decodePemBundle } from "../pki/pem_bundle.ts";
import { readPrivate } from "../store/private_file.ts";
import { checkedValue, parseArgs, usage } from "./args.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";

const COMMAND = "securechat cert verify";

/** What `securechat cert verify --help` prints. */
export const help = `${COMMAND}: says whether a certificate may be trusted

Usage:
  securechat cert verify LEAF --ca FILE [OPTIONS]

Looks for a chain from LEAF to one of the CAs and checks it by RFC 5280: names,
signatures, dates, extensions, constraints, revocation. Nothing is fetched and
no CA is trusted but those that are named. FILEs may hold several PEM blocks.

Options:
  --ca FILE             a CA that is trusted; may be given more than once
  --untrusted FILE      certificates that may stand between
  --crl FILE            revocation lists; a stale one is warned about
  --crl-required        refuse where the status is not known for certain
  --purpose server|client|any    the use it must allow (default: any)
  --host NAME|IP        the name or address that it must be for
  --at TIME             judge at this time, "2026-05-01T12:00:00Z" (now)
  --json                one JSON object instead of lines
  -h, --help            this text

Exit status:
  0 accepted, 1 refused, 2 wrong use, 4 no such file

Examples:
  $ securechat cert verify certs/server-cert.pem --ca certs/ca-cert.pem
  $ securechat cert verify --purpose client --crl certs/ca-crl.pem \\
      --ca certs/ca-cert.pem certs/client-cert.pem
`;

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/;

const timeValue = checkedValue<string>({
  metavar: "TIME",
  placeholder: "",
  expected: "a time in UTC like 2026-05-01T12:00:00Z",
  read: (text) => ISO_TIME.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined,
});

const file = string({ metavar: "FILE" });

/** The options. */
export const parser = object({
  leaf: argument(string({ metavar: "LEAF" })),
  ca: multiple(option("--ca", file)),
  untrusted: multiple(option("--untrusted", file)),
  crl: multiple(option("--crl", file)),
  crlRequired: option("--crl-required"),
  purpose: withDefault(option("--purpose", choice(["server", "client", "any"])), "any"),
  host: optional(option("--host", string({ metavar: "NAME|IP" }))),
  at: optional(option("--at", timeValue)),
  json: option("--json"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when it is accepted, 1 when it is refused.
 * @throws {ChatError} USAGE; NO_INPUT or FILE for a file; FORMAT if one is not what it should be.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { leaf, ca, untrusted, crl, crlRequired, purpose, host, at, json } = parsed.value;
  if (ca.length === 0) throw usage(COMMAND, { state: "no CA is named with --ca" });
  const [leafDer, ...chainDer] = await certificates([leaf]);
  if (leafDer === undefined) return 1; // unreachable: a bundle has at least one block
  const crlsDer = await readBundles(crl, { label: "X509 CRL", maxBytes: CRL_MAX_BYTES });
  for (const der of crlsDer) parseCrl(der); // a list that is named must not be passed over
  const hasLists = crlRequired || crlsDer.length > 0;
  const result = await validatePath({
    leafDer,
    untrustedDer: [...chainDer, ...await certificates(untrusted)],
    anchorsDer: await certificates(ca),
    crlsDer,
    at: new Date(at ?? io.now()),
    purpose,
    revocation: crlRequired ? "required" : hasLists ? "if-present" : "none",
    ...(host === undefined ? {} : { name: host }),
  });
  io.out.write(json ? `${jsonLine(described(result))}\n` : lines(result, hasLists));
  return result.kind === "accepted" ? 0 : 1;
}

function certificates(paths: readonly string[]): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  return readBundles(paths, { label: "CERTIFICATE", maxBytes: PEM_MAX_CHARS });
}

interface BundleKind {
  readonly label: string;
  readonly maxBytes: number;
}

async function readBundles(
  paths: readonly string[],
  { label, maxBytes }: BundleKind,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const bundles: Uint8Array<ArrayBuffer>[] = [];
  for (const path of paths) {
    const { bytes } = await readPrivate(path, { maxBytes });
    const source = `"${printable(path)}"`;
    bundles.push(...decodePemBundle(new TextDecoder().decode(bytes), { label, source }));
  }
  return bundles;
}

function described(result: PathResult): object {
  if (result.kind === "rejected") return { result: "refused", ...without(result) };
  const path = result.path.map(({ subject, serial, fingerprint }) => ({
    subject: subject.text,
    serial,
    fingerprint,
  }));
  return { result: "accepted", path, warnings: result.warnings };
}

function without(
  { code, rule, subject, text }: PathResult & { readonly kind: "rejected" },
): object {
  return { code, rule, subject, text };
}

function lines(result: PathResult, hasLists: boolean): string {
  if (result.kind === "rejected") {
    return rows([
      ["refused", result.code],
      ["rule", result.rule],
      ["certificate", result.subject],
      ["reason", result.text],
    ]);
  }
  const [leaf, ...above] = result.path.map(({ label }) => label);
  const isClear = hasLists && result.warnings.length === 0;
  return rows([
    ["accepted", leaf ?? ""],
    ...above.map((label) => ["signed by", label] as const),
    ["revocation", isClear ? "not revoked" : hasLists ? "not certain" : "not checked: no --crl"],
    ...result.warnings.map((text) => ["warning", text] as const),
  ]);
}

function rows(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([label, value]) => `${label.padEnd(13)}${printable(value)}\n`).join("");
}
