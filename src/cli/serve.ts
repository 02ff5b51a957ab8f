/**
 * `securechat serve`: the server, with its operator at a terminal or as a daemon.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { eventLog } from "../chat/event_log.ts";
import { OperatorActs } from "../chat/operator/acts.ts";
import { OperatorBook } from "../chat/operator/book.ts";
import { ServerTally } from "../chat/operator/tally.ts";
import { ChatServer } from "../chat/server.ts";
import { LIMITS } from "../chat/limits.ts";
import { asChatError } from "../errors.ts";
import { TimeHistogram } from "../chat/time_histogram.ts";
import { openAdminSocket } from "./admin_open.ts";
import { parseArgs, portValue } from "./args.ts";
import { roomValue } from "./room_option.ts";
import { startMetrics } from "./metrics_server.ts";
import { checkServer } from "./doctor.ts";
import { openScreen } from "./chat_screen.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { readLimitsFile } from "./limits_file.ts";
import { loadIdentity } from "./load_identity.ts";
import { TrustSource, type TrustWatcher } from "./trust_source.ts";
import { startLog, stopLog } from "./log.ts";
import { openKeyAccounts, openStore } from "./open_store.ts";
import { Operator } from "./operator.ts";
import { refuseOtherProtocol } from "./other_protocol.ts";
import { progress } from "./report.ts";
import { logServerEvent } from "./server_log.ts";
import { serverSelf } from "./server_self.ts";
import { ServerView } from "./server_view.ts";
import { tidyTranscripts } from "./torn_tails.ts";

const COMMAND = "securechat serve";

/** What `securechat serve --help` prints. */
export const help = `${COMMAND}: runs the chat server

Usage:
  securechat serve [OPTIONS]

With a terminal you are the operator: you read everybody and what you type goes
to all; /who, /kick, /ban, /mute, /help, /quit. Without one it is a daemon that
logs to logs/server.log, and securechat admin gives the same commands. Ctrl-C
and SIGTERM end every session in order, both sides' signatures under it, within
5 seconds. SIGHUP has it read certificate, key, revocations and limits again.

Options:
  --host HOST        address to listen on (default: SERVER_HOST, or 127.0.0.1)
  --port PORT        port; 0 takes a free one (default: SERVER_PORT, or 5555)
  --cert FILE        certificate (default: SERVER_CERT, or
                     certs/server-cert.pem)
  --key FILE         private key (default: SERVER_KEY, or certs/server-key.pem)
  --ca FILE          certificate of the CA, or of several (default: CA_CERT, or
                     certs/ca-cert.pem)
  --crl FILE         the CA's revocation list, read again when it changes
                     (default: CA_CRL, or ca-crl.pem beside the CA certificate)
  --crl-required     refuse clients while there is no current list; without,
                     an old list is warned about and what it says holds
  --db FILE          embedded store (default: DB_FILE, or securechat.db); with
                     DB_HOST set, accounts are in MySQL or MariaDB instead
  --transcripts DIR  folder of the transcripts (default: transcripts)
  --logs DIR         folder of the log (default: logs)
  --relay            protocol 1: clients also see each other's messages, as
                     [name] text in the server's voice: one RSA signature, 2.2
                     ms, for each receiver of each message, so for small groups
  --keep-session-key protocol 1: write each session's key beside its transcript
                     (mode 0600), so that an auditor can be shown the words
  --protocol 1|2|1,2 protocols to speak (default: 1,2); their clients are kept
                     apart, and 1 needs an RSA certificate
  --room NAME        a room of protocol 2; may be repeated (default: main)
  --metrics HOST:PORT  tell figures as OpenMetrics at http://HOST:PORT/metrics,
                     a loopback address
  --check            look at all that would be used, as securechat doctor does,
                     say what is wrong, and start nothing
  --limits FILE      limits that are not at their defaults: docs/operations.md
  --sign-in password|certificate   how clients of protocol 2 sign in (default:
                     password); with certificate, the certificate is the account
  --admin-socket PATH  the local socket of securechat admin, mode 0600 (default:
                     ADMIN_SOCKET, or admin.sock beside the database); off: none
  -h, --help         this text

Exit status:
  0 stopped, 1 refused (port in use, certificate missing or expired, store
  unreachable), 2 wrong use

Examples:
  $ securechat serve
  $ securechat serve --host 0.0.0.0 --port 5555 --relay
  $ DB_HOST=127.0.0.1 DB_USER=chat securechat serve < /dev/null
`;

/** The options. */
export const parser = object({
  host: optional(option("--host", string({ metavar: "HOST" }))),
  port: optional(option("--port", portValue())),
  cert: optional(option("--cert", string({ metavar: "FILE" }))),
  key: optional(option("--key", string({ metavar: "FILE" }))),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  crl: optional(option("--crl", string({ metavar: "FILE" }))),
  crlRequired: option("--crl-required"),
  db: optional(option("--db", string({ metavar: "FILE" }))),
  transcripts: optional(option("--transcripts", string({ metavar: "DIR" }))),
  logs: optional(option("--logs", string({ metavar: "DIR" }))),
  relay: option("--relay"),
  keepSessionKey: option("--keep-session-key"),
  protocol: withDefault(option("--protocol", choice(["1", "2", "1,2"])), "1,2"),
  rooms: multiple(option("--room", roomValue)),
  check: option("--check"),
  metrics: optional(option("--metrics", string({ metavar: "HOST:PORT" }))),
  limits: optional(option("--limits", string({ metavar: "FILE" }))),
  adminSocket: optional(option("--admin-socket", string({ metavar: "PATH" }))),
  signIn: withDefault(option("--sign-in", choice(["password", "certificate"])), "password"),
});

const log = eventLog("server");

/**
 * Runs the command until the operator, Ctrl-C or SIGTERM stops it.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the server has stopped in order.
 * @throws {ChatError} USAGE, CONFIG; FILE, FORMAT or BAD_CERT for its identity; FORMAT for the
 * operator's book; DATABASE for an embedded store that cannot be opened; ADDRESS if it cannot listen.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const flags = parsed.value;
  refuseOtherProtocol(COMMAND, {
    spoken: flags.protocol.split(","),
    options: [
      { flag: "--relay", isGiven: flags.relay, protocol: "1" },
      { flag: "--keep-session-key", isGiven: flags.keepSessionKey, protocol: "1" },
      { flag: "--room", isGiven: flags.rooms.length > 0, protocol: "2" },
      { flag: "--sign-in", isGiven: flags.signIn !== "password", protocol: "2" },
    ],
  });
  const config = await readConfig(io, {
    SERVER_HOST: flags.host ?? "",
    SERVER_PORT: flags.port?.toString() ?? "",
    SERVER_CERT: flags.cert ?? "",
    SERVER_KEY: flags.key ?? "",
    CA_CERT: flags.ca ?? "",
    CA_CRL: flags.crl ?? "",
    DB_FILE: flags.db ?? "",
    TRANSCRIPT_DIR: flags.transcripts ?? "",
    LOG_DIR: flags.logs ?? "",
    ADMIN_SOCKET: flags.adminSocket ?? "",
  });
  const protocols = flags.protocol.split(",").map(Number);
  if (flags.check) {
    const { crlRequired, limits } = flags;
    const common = { config, protocols, crlRequired, limits };
    return await checkServer(io, { ...common, required: ["server"], portMustBeFree: true });
  }
  const source = await TrustSource.load({
    ca: config.ca.cert,
    crl: config.crl.path,
    isCrlNamed: config.crl.isNamed,
    crlRequired: flags.crlRequired,
  });
  const load = () => loadIdentity(config, { role: "server", io, trust: source.trust, protocols });
  let identity = await load();
  await using resources = new AsyncDisposableStack();
  const store = await openStore(config.database);
  resources.defer(() => store.close());
  const keyAccounts = await openKeyAccounts(config.database);
  resources.defer(() => keyAccounts.close());
  startLog(io, { file: `${config.logDir}/server.log`, level: config.logLevel });
  resources.defer(() => stopLog());
  await tidyTranscripts(io, { folder: config.transcriptDir, role: "server" });
  const view = new ServerView(io);
  const book = await OperatorBook.open({ path: config.operatorFile, now: io.now });
  const tally = new ServerTally();
  const times = { flush: new TimeHistogram(), delivery: new TimeHistogram() };
  const selfOptions = { config, protocols, flags, source, store, keyAccounts, times };
  const self = await serverSelf(identity, selfOptions);
  const set = flags.limits === undefined ? undefined : await readLimitsFile(flags.limits);
  const limits = { ...set?.limits ?? LIMITS };
  let exempt = set?.exempt ?? [];
  const server = await ChatServer.listen({
    limits,
    exempt: () => exempt,
    host: config.serverHost,
    port: config.serverPort,
    ...self,
    revocationOf: (certificate) => source.revocationOf(certificate),
    ...{ now: io.now, book },
    onEvent: (event) => {
      tally.take(event);
      logServerEvent(event);
      view.show(event);
    },
  });
  resources.defer(() => server.stop());
  const acts = new OperatorActs({ server, book, tally, now: io.now });
  resources.use(await openAdminSocket(config, { acts, view, now: io.now }));
  if (flags.metrics !== undefined) {
    const notAfterMs = () => identity.own.leaf.notAfter.getTime();
    const figures = { server, tally, times, startedMs: io.now(), notAfterMs };
    const metrics = resources.use(startMetrics(flags.metrics, COMMAND, figures));
    progress(io, `metrics at port ${metrics.port}`);
  }
  const { host, port } = server.address;
  log.info("server.listening", "listening on {host}:{port}", { host, port });
  const revocations = source.describe(io.now());
  const { location: accounts } = store;
  const spoken = server.protocols;
  if (protocols.includes(1) && !spoken.includes(1)) {
    progress(io, "protocol 1 is off: it needs an RSA certificate");
  }
  view.started({
    ...{ server, protocols: spoken, revocations, accounts, relay: flags.relay },
    identity: identity.own.leaf,
    ca: source.names,
    rooms: self.rooms?.rooms ?? [],
  });
  const watcher = trustWatcher(io, { server, source, view });
  resources.use(source.watch(watcher));
  const reload = async () => {
    const read = flags.limits === undefined ? undefined : await readLimitsFile(flags.limits);
    const found = await load();
    const isNew = found.own.fingerprint !== identity.own.fingerprint;
    const renewed = isNew ? await serverSelf(found, selfOptions) : undefined;
    if (await source.refresh()) watcher.onChange();
    if (read !== undefined) {
      Object.assign(limits, read.limits);
      exempt = read.exempt;
    }
    if (renewed === undefined) return undefined;
    await server.renew(renewed);
    identity = found;
    return found.own.fingerprint;
  };
  let reloading = Promise.resolve();
  const hangup = io.onHangup?.(() => reloading = reloading.then(() => readAgain(reload, view)));
  if (hangup !== undefined) resources.use(hangup);
  // The database may be down: the server waits for it, and says so now rather than at a sign-in.
  void store.find("").catch((error) => view.warn(error));
  await serveUntilStopped(io, { server, view, acts });
  progress(io, "stopping: every session ends in order");
  await reloading;
  await server.stop();
  log.info("server.stopped", "stopped");
  return 0;
}

/** What a hangup asks for. A file that is wrong changes nothing. */
async function readAgain(
  reload: () => Promise<string | undefined>,
  view: ServerView,
): Promise<void> {
  try {
    const fingerprint = await reload();
    const text = "read again: certificate, revocations, limits";
    log.info("server.reloaded", text);
    view.tell(text);
    if (fingerprint === undefined) return;
    const renewed = "another certificate: every session has ended in order, new logs have begun";
    log.info("server.renewed", renewed, { fingerprint });
    view.tell(`${renewed}: ${fingerprint.slice(0, 16)}`);
  } catch (thrown) {
    const { code, message } = asChatError(thrown);
    const text = "not read again, all stays as it was: {code}: {reason}";
    log.error("server.reload_failed", text, { code, reason: message });
    view.warn(thrown);
  }
}

/** What happens when the CA writes a new list, or should have. */
function trustWatcher(
  io: Io,
  { server, source, view }: Running & { readonly source: TrustSource },
): TrustWatcher {
  return {
    now: io.now,
    onChange: () => {
      const text = `revocations: ${source.describe(io.now())}`;
      const sessions = server.endRevoked();
      log.info("revocations.changed", "{text}; sessions that end: {sessions}", { text, sessions });
      view.tell(text);
    },
    onProblem: (error) => {
      const { code, message: reason } = error;
      log.error("revocations.failed", "revocations: {code}: {reason}", { code, reason });
      view.warn(error);
    },
  };
}

interface Running {
  readonly server: ChatServer;
  readonly view: ServerView;
}

/** At a terminal the end of input is a wish to stop; a daemon's input has ended from the start. */
async function serveUntilStopped(
  io: Io,
  { server, view, acts }: Running & { readonly acts: OperatorActs },
): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  io.stop.addEventListener("abort", () => stopped.resolve(), { once: true });
  if (io.stop.aborted) return;
  using screen = openScreen(io, "server> ");
  view.attach(screen);
  const operator = new Operator({ server, acts, screen, now: io.now });
  void operator.run(screen.lines()).then((wish) => {
    if (wish === "quit" || io.input.isTerminal) stopped.resolve();
  }, (error) => view.warn(error));
  await stopped.promise;
  view.detach();
}
