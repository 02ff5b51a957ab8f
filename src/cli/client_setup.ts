/**
 * What every command that joins a server needs: its options, and from them who this side is, whom it
 * trusts, and where the server is.
 *
 * @module
 */

import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import type { Identity } from "../pki/identity.ts";
import { staleText } from "../pki/revocations.ts";
import type { Trust } from "../pki/trust.ts";
import type { OwnIdentity } from "../protocol/v2/handshake.ts";
import { usage } from "./args.ts";
import { type Config, readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { loadIdentity } from "./load_identity.ts";
import { startLog, stopLog } from "./log.ts";
import { type PasswordOptions, passwordParsers } from "./password_input.ts";
import { warn } from "./report.ts";
import { parseServerAddress } from "./server_address.ts";
import { type SignInChooser, signInChooser } from "./sign_in_choice.ts";
import { tidyTranscripts } from "./torn_tails.ts";
import { TrustSource } from "./trust_source.ts";

/** The options; where the server is comes beside them. */
export const clientParsers = {
  serverName: optional(option("--server-name", string({ metavar: "NAME" }))),
  register: option("--register"),
  login: option("--login"),
  email: optional(option("--email", string({ metavar: "ADDRESS" }))),
  ...passwordParsers,
  cert: optional(option("--cert", string({ metavar: "FILE" }))),
  key: optional(option("--key", string({ metavar: "FILE" }))),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  crl: optional(option("--crl", string({ metavar: "FILE" }))),
  crlRequired: option("--crl-required"),
  transcripts: optional(option("--transcripts", string({ metavar: "DIR" }))),
  logs: optional(option("--logs", string({ metavar: "DIR" }))),
};

/** What help says of {@link clientParsers}: of how to sign in, in rooms. */
export const SIGN_IN_HELP = `\
  --server-name NAME   name expected in the server's certificate (default: HOST)
  --login              use an account, where the server wants a password
  --register           make one
  --email ADDRESS      the account's address
  --password-file FILE the password is the first line of FILE
  --password-stdin     the password is the first line of standard input
`;

/** What help says of {@link clientParsers}: of the files. */
export const CLIENT_FILES_HELP = `\
  --cert FILE          certificate (default: CLIENT_CERT, or
                       certs/client-cert.pem)
  --key FILE           private key (default: CLIENT_KEY, or
                       certs/client-key.pem)
  --ca FILE            certificate of the CA, or of several (default: CA_CERT,
                       or certs/ca-cert.pem)
  --crl FILE           the CA's revocation list (default: CA_CRL, or ca-crl.pem
                       beside the CA certificate, where there is one)
  --crl-required       refuse a server while there is no current list
  --transcripts DIR    folder of the transcripts (default: transcripts)
  --logs DIR           folder of the log (default: logs)
`;

/** What the options said. */
export interface ClientFlags extends PasswordOptions {
  /** HOST:PORT. */
  readonly server: string | undefined;
  readonly serverName: string | undefined;
  readonly register: boolean;
  readonly login: boolean;
  readonly email: string | undefined;
  readonly username?: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly ca: string | undefined;
  readonly crl: string | undefined;
  readonly crlRequired: boolean;
  readonly transcripts: string | undefined;
  readonly logs: string | undefined;
  readonly salts?: string | undefined;
}

/** For which command, and what is to be cleaned up at its end. */
export interface ClientSetupOptions {
  /** As typed: "securechat send". */
  readonly command: string;
  readonly protocol: 1 | 2;
  readonly resources: AsyncDisposableStack;
}

/** See the module. */
export interface ClientSetup {
  readonly config: Config;
  readonly serverName: string;
  readonly trust: Trust;
  readonly own: OwnIdentity;
  /** With protocol 1. */
  readonly classic?: Identity | undefined;
  readonly choose: SignInChooser;
}

/**
 * Reads settings and files, and starts the log. Nothing is sent: what is missing must not cost a
 * connection.
 *
 * @param io The world.
 * @param flags The options.
 * @param options For which command.
 * @returns What is needed to connect.
 * @throws {ChatError} USAGE, CONFIG; FILE, FORMAT or BAD_CERT for its identity.
 */
export async function setUpClient(
  io: Io,
  flags: ClientFlags,
  { command, protocol, resources }: ClientSetupOptions,
): Promise<ClientSetup> {
  if (flags.register && flags.login) {
    throw usage(command, { state: "--register and --login exclude each other" });
  }
  const config = await readClientConfig(io, flags, command);
  const { username } = flags;
  const choose = await signInChooser(io, { ...flags, username, hasName: protocol === 1, command });
  const { trust } = await TrustSource.load({
    ca: config.ca.cert,
    crl: config.crl.path,
    isCrlNamed: config.crl.isNamed,
    crlRequired: flags.crlRequired,
  });
  const stale = staleText(trust.crls, io.now());
  if (stale !== undefined) warn(io, stale);
  const loading = { role: "client", io, trust, protocols: [protocol] } as const;
  const { own, classic } = await loadIdentity(config, loading);
  startLog(io, { file: `${config.logDir}/client.log`, level: config.logLevel });
  resources.defer(() => stopLog());
  await tidyTranscripts(io, { folder: config.transcriptDir, role: "client" });
  return { config, serverName: flags.serverName ?? config.serverHost, trust, own, classic, choose };
}

function readClientConfig(io: Io, flags: ClientFlags, command: string): Promise<Config> {
  const { host = "", port = "" } = flags.server === undefined
    ? {}
    : parseServerAddress(flags.server, command);
  return readConfig(io, {
    SERVER_HOST: host,
    SERVER_PORT: port,
    CLIENT_CERT: flags.cert ?? "",
    CLIENT_KEY: flags.key ?? "",
    CA_CERT: flags.ca ?? "",
    CA_CRL: flags.crl ?? "",
    TRANSCRIPT_DIR: flags.transcripts ?? "",
    LOG_DIR: flags.logs ?? "",
    SALT_FILE: flags.salts ?? "",
  });
}
