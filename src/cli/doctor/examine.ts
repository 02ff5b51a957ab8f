/**
 * Looks at all that a server or client of this folder would use, and changes nothing.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { parseCertificatePem } from "../../pki/certificate.ts";
import { staleText } from "../../pki/revocations.ts";
import { type Trust, trustIn } from "../../pki/trust.ts";
import type { Role } from "../../pki/validate.ts";
import type { Config, IdentityPaths } from "../config.ts";
import type { Io } from "../io.ts";
import { isCorrupt } from "../../store/sqlite_faults.ts";
import { readLimitsFile } from "../limits_file.ts";
import { loadCa, loadIdentity } from "../load_identity.ts";
import { withStores } from "../open_store.ts";
import { TrustSource } from "../trust_source.ts";
import { type Findings, paste, shellWord } from "./finding.ts";
import { lookAtDisk, lookAtFolder } from "./folders.ts";
import { lookAtPort } from "./port.ts";

/** A certificate that ends sooner is warned about, ms. */
const SOON_MS = 30 * 86_400_000;

/** A file from the future by more says that the clock is behind, ms. */
const CLOCK_SLACK_MS = 600_000;

const REVOCATION_REMEDY = "securechat ca crl";

/** What is looked at. */
export interface ExamineOptions {
  readonly config: Config;
  /** Roles whose certificates must be there; of others only what is there is looked at. */
  readonly required: readonly Role[];
  readonly protocols: readonly number[];
  readonly crlRequired: boolean;
  readonly limits: string | undefined;
  /** Whether a server that listens already is a fault. */
  readonly portMustBeFree: boolean;
}

/**
 * Looks at everything but the settings, which were read.
 *
 * @param io The world.
 * @param findings Where it is noted.
 * @param options What is looked at.
 */
export async function examine(
  io: Io,
  findings: Findings,
  options: ExamineOptions,
): Promise<void> {
  const { config } = options;
  await findings.look("env", () => lookAtEnv(findings));
  await findings.look("ca", async () => void await loadCa(config.ca.cert));
  if (findings.good.includes("ca")) {
    await findings.look("revocations", () => lookAtRevocations(io, findings, options));
    const trust = await trustForLeaves(config);
    for (const role of ["server", "client"] as const) {
      const isNeeded = options.required.includes(role) || await isThere(config[role].cert);
      const looking = { io, role, findings, trust, options };
      if (isNeeded) await findings.look(role, () => lookAtIdentity(looking));
    }
  }
  await findings.look("keys", () => lookAtKeys(config, findings));
  await findings.look("clock", () => lookAtClock(io, config, findings));
  await findings.look("accounts", async () => {
    const isHere = config.database.kind === "mysql" || await isThere(config.database.path);
    if (isHere) await lookAtAccounts(config, findings);
  });
  await findings.look(
    "transcripts",
    () => lookAtFolder("transcripts", config.transcriptDir, findings),
  );
  await findings.look("logs", () => lookAtFolder("logs", config.logDir, findings));
  await findings.look("disk", () => lookAtDisk(config.transcriptDir, findings));
  if (options.required.includes("server") || await isThere(config.server.cert)) {
    await findings.look("port", () => lookAtPort(config, findings, options));
  }
  const { limits } = options;
  if (limits !== undefined) {
    await findings.look("limits", async () => void await readLimitsFile(limits));
  }
}

async function lookAtEnv(findings: Findings): Promise<void> {
  const stat = await Deno.stat(".env").catch(() => undefined);
  const isOpen = stat?.mode !== null && stat !== undefined && (stat.mode & 0o077) !== 0;
  if (!isOpen) return;
  const text = await Deno.readTextFile(".env");
  if (!/^\s*(?:export\s+)?DB_PASSWORD\s*=\s*\S/m.test(text)) return;
  findings.add({
    ...{ check: "env", level: "fault", code: "FILE" },
    message: ".env holds a password, and others can read it",
    ...paste("chmod 600 .env"),
  });
}

async function lookAtRevocations(
  io: Io,
  findings: Findings,
  { config, crlRequired }: ExamineOptions,
): Promise<void> {
  const { path, isNamed } = config.crl;
  const files = { ca: config.ca.cert, crl: path, isCrlNamed: isNamed, crlRequired };
  try {
    const { trust } = await TrustSource.load(files);
    const stale = staleText(trust.crls, io.now());
    if (stale === undefined) return;
    findings.add({
      ...{ check: "revocations", level: crlRequired ? "fault" : "warning", code: "REVOKED" },
      message: stale,
      ...paste(REVOCATION_REMEDY),
    });
  } catch (thrown) {
    const name = shellWord(path);
    const isBroken = thrown instanceof ChatError && thrown.code !== "NO_INPUT";
    const away = isBroken ? `mv ${name} ${name}.broken && ` : "";
    findings.error("revocations", thrown, `${away}${REVOCATION_REMEDY}`);
  }
}

/** A list that cannot be read was told of: it is no fault of the certificates. */
async function trustForLeaves({ ca: { cert: ca }, crl: { path: crl } }: Config): Promise<Trust> {
  try {
    return (await TrustSource.load({ ca, crl, isCrlNamed: false, crlRequired: false })).trust;
  } catch {
    return trustIn(await loadCa(ca));
  }
}

/** Whose certificate and key are looked at. */
interface IdentityLook {
  readonly io: Io;
  readonly role: Role;
  readonly findings: Findings;
  readonly trust: Trust;
  readonly options: ExamineOptions;
}

async function lookAtIdentity(
  { io, role, findings, trust, options: { config, protocols } }: IdentityLook,
): Promise<void> {
  const quiet = { ...io, err: { isTerminal: false, write: () => undefined } };
  const paths = config[role];
  try {
    const { own: { leaf } } = await loadIdentity(config, { role, io: quiet, trust, protocols });
    const leftMs = leaf.notAfter.getTime() - io.now();
    if (leftMs > SOON_MS) return;
    findings.add({
      ...{ check: role, level: "warning", code: "BAD_CERT" },
      message: `the ${role}'s certificate ${printable(paths.cert)} ends in ${
        Math.floor(leftMs / 86_400_000)
      } days`,
      ...paste(`securechat cert renew ${shellWord(paths.cert)} --reuse-key --force`),
    });
  } catch (thrown) {
    findings.error(role, thrown, await reissue(role, paths, thrown));
  }
}

/** Where the key is not the certificate's, or the role is wrong, both are made anew under the same name. */
async function reissue(
  role: Role,
  { cert, key }: IdentityPaths,
  thrown: unknown,
): Promise<string | undefined> {
  if (!(thrown instanceof ChatError)) return undefined;
  const isOfKey = thrown.message.includes(printable(key));
  const isOfRole = thrown.code === "BAD_CERT" && thrown.hint.includes("securechat cert issue");
  const prefix = cert.replace(/-cert\.pem$/, "");
  if (!(isOfKey || isOfRole) || key !== `${prefix}-key.pem`) return undefined;
  try {
    const { commonName } = parseCertificatePem(await Deno.readTextFile(cert), cert);
    if (!/^[\w.@-]+$/.test(commonName)) return undefined;
    return `securechat cert issue --cn ${commonName} --type ${role} --out ${
      shellWord(prefix)
    } --force`;
  } catch {
    return undefined;
  }
}

async function lookAtKeys({ server, client, ca }: Config, findings: Findings): Promise<void> {
  for (const { key } of [server, client, ca]) {
    const stat = await Deno.stat(key).catch(() => undefined);
    if (stat?.mode === undefined || stat.mode === null || (stat.mode & 0o077) === 0) continue;
    findings.add({
      ...{ check: "keys", level: "fault", code: "FILE" },
      message: `others can read or write the private key ${printable(key)}`,
      ...paste(`chmod 600 ${shellWord(key)}`),
    });
  }
}

/** No network is asked: what was written here cannot be younger than now. */
async function lookAtClock(io: Io, config: Config, findings: Findings): Promise<void> {
  const paths = [config.ca.cert, config.server.cert, config.client.cert, config.crl.path];
  const stats = await Promise.all(paths.map((path) => Deno.stat(path).catch(() => undefined)));
  const newestMs = Math.max(...stats.map((stat) => stat?.mtime?.getTime() ?? 0));
  if (newestMs <= io.now() + CLOCK_SLACK_MS) return;
  findings.add({
    ...{ check: "clock", level: "fault", code: "STALE" },
    message: `the clock says ${new Date(io.now()).toISOString()}, and a file here was written ` +
      `at ${new Date(newestMs).toISOString()}`,
    ...paste("timedatectl set-ntp true"),
  });
}

async function lookAtAccounts({ database }: Config, findings: Findings): Promise<void> {
  try {
    await withStores(database, async ({ store }) => void await store.find(""));
  } catch (thrown) {
    const path = database.kind === "sqlite" ? shellWord(database.path) : undefined;
    const isBroken = path !== undefined && isCorrupt(thrown);
    findings.error("accounts", thrown, isBroken ? `mv ${path} ${path}.broken` : undefined);
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
