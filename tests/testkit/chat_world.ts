/**
 * A CA, a real server on a free port with an SQLite store, and real clients over TCP, in a folder of
 * their own that goes when the world is disposed of.
 *
 * @module
 */

import { LOOPBACK } from "./room_server_world.ts";
import { trustIn } from "../../src/pki/trust.ts";
import { dial } from "../../src/chat/client.ts";
import type { Connection } from "../../src/chat/connection.ts";
import type { OperatorBook } from "../../src/chat/operator/book.ts";
import { CLIENT_LIMITS, LIMITS, type Limits } from "../../src/chat/limits.ts";
import { ChatServer, type ServerEvent, type ServerOptions } from "../../src/chat/server.ts";
import type { SessionEvent, SignIn } from "../../src/protocol/session.ts";
import { newClientSession, newServerSession } from "../../src/protocol/v1/sessions.ts";
import { type Certificate, certificatePem } from "../../src/pki/certificate.ts";
import { type Identity, parseIdentity } from "../../src/pki/identity.ts";
import { createCa, type Issued, issueLeaf } from "../../src/pki/issue.ts";
import { encodePrivateKey } from "../../src/pki/private_key.ts";
import type { Role } from "../../src/pki/validate.ts";
import type { AccountStore } from "../../src/store/accounts.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";

export const SERVER_NAME = "chat.test";
export const PASSWORD = "correct horse battery staple";

const made = new Map<string, Promise<Issued>>();

/** A CA with a key of 2048 bits, made once per name and process: keys cost a quarter of a second. */
export function testCa(name = "Test CA"): Promise<Issued> {
  return once(
    `ca:${name}`,
    () => createCa({ name, keyType: "rsa-2048", days: 30, nowMs: Date.now() }),
  );
}

export interface LeafOptions {
  readonly ca?: string;
  readonly days?: number;
  /** When it is issued, relative to now, ms. */
  readonly shiftMs?: number;
}

/** A leaf, made once per process. */
export function testLeaf(
  commonName: string,
  role: Role,
  options: LeafOptions = {},
): Promise<Issued> {
  const { days = 7, shiftMs = 0 } = options;
  return once(`${role}:${commonName}:${JSON.stringify(options)}`, async () => {
    const ca = await testCa(options.ca);
    const nowMs = Date.now() + shiftMs;
    const request = { commonName, role, names: [], days, nowMs };
    return await issueLeaf({ ...request, ca: ca.certificate, caKey: ca.key });
  });
}

export async function testIdentity(
  commonName: string,
  role: Role,
  options: LeafOptions = {},
): Promise<Identity> {
  return await identityOf(await testLeaf(commonName, role, options));
}

/** An identity of a certificate and a key, which need not belong together. */
export async function identityOf(issued: Issued): Promise<Identity> {
  return await parseIdentity({
    certificatePem: certificatePem(issued.certificate),
    certificateSource: "test certificate",
    keyPem: encodePrivateKey(issued.key),
    keySource: "test key",
  });
}

function once(name: string, make: () => Promise<Issued>): Promise<Issued> {
  const known = made.get(name) ?? make();
  made.set(name, known);
  return known;
}

export interface WorldOptions {
  readonly relay?: boolean;
  readonly limits?: Partial<Limits>;
  readonly clientLimits?: Partial<Limits>;
  readonly server?: Identity;
  readonly store?: (dir: string) => AccountStore;
  readonly keepSessionKey?: boolean;
  /** What is revoked; nothing otherwise. */
  readonly revocationOf?: ServerOptions["revocationOf"];
  /** What the operator has decided. */
  readonly book?: OperatorBook;
  /** Also told of the server's events. */
  readonly onServerEvent?: (event: ServerEvent, server: ChatServer) => void;
}

/** A client with all that it was told. */
export class TestClient {
  readonly events: SessionEvent[] = [];
  connection: Connection | undefined;
  running: Promise<void> = Promise.resolve();
  #wake = Promise.withResolvers<void>();

  tell(event: SessionEvent): void {
    this.events.push(event);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }

  /** Waits until what was told satisfies a condition, for at most 180 s. */
  async until(condition: (events: readonly SessionEvent[]) => boolean): Promise<void> {
    const timer = setTimeout(() => this.#wake.reject(new Error("waited too long")), 180_000);
    try {
      while (!condition(this.events)) await this.#wake.promise;
    } catch {
      throw new Error(`waited too long; told so far: ${this.events.map((e) => e.kind).join(" ")}`);
    } finally {
      clearTimeout(timer);
    }
  }

  untilKind(kind: SessionEvent["kind"]): Promise<void> {
    return this.until((events) => events.some((event) => event.kind === kind));
  }

  texts(author: "self" | "peer" = "peer"): string[] {
    return this.events.flatMap((event) =>
      event.kind === "said" && event.author === author ? [event.text] : []
    );
  }

  /** Code of the error that ended the session. */
  get endCode(): string | undefined {
    const ended = this.events.find((event) => event.kind === "ended");
    return ended?.error?.code;
  }
}

/** See {@link startWorld}. */
export class ChatWorld {
  readonly dir: string;
  readonly server: ChatServer;
  readonly ca: Certificate;
  readonly store: AccountStore;
  readonly serverEvents: ServerEvent[];
  readonly clientLimits: Partial<Limits>;
  readonly #clients: TestClient[] = [];

  constructor(
    parts: Pick<ChatWorld, "dir" | "server" | "ca" | "store" | "serverEvents" | "clientLimits">,
  ) {
    this.dir = parts.dir;
    this.server = parts.server;
    this.ca = parts.ca;
    this.store = parts.store;
    this.serverEvents = parts.serverEvents;
    this.clientLimits = parts.clientLimits;
  }

  /** Events of all sessions, in order. */
  get sessionEvents(): SessionEvent[] {
    return this.serverEvents.flatMap((event) => event.kind === "session" ? [event.event] : []);
  }

  /** Dials the server, or whoever else listens at a port. */
  async dial(options: {
    readonly identity?: Identity;
    readonly serverName?: string;
    readonly port?: number;
    readonly ca?: Certificate;
  } = {}): Promise<TestClient> {
    const identity = options.identity ?? await testIdentity("client", "client");
    const client = new TestClient();
    const { ca = this.ca, serverName = SERVER_NAME } = options;
    client.connection = await dial({
      host: "127.0.0.1",
      port: options.port ?? this.server.address.port,
      session: newClientSession(identity, { trust: trustIn(ca), serverName }),
      identity,
      limits: { ...CLIENT_LIMITS, ...this.clientLimits },
      transcriptDir: `${this.dir}/client-transcripts`,
      keepSessionKey: false,
      now: Date.now,
      onEvent: (event) => client.tell(event),
    });
    client.running = client.connection.run();
    this.#clients.push(client);
    return client;
  }

  /** Dials and registers; resolves when the chat is open. */
  async join(name: string, options: Parameters<ChatWorld["dial"]>[0] = {}): Promise<TestClient> {
    const client = await this.dial(options);
    await client.untilKind("sign_in_wanted");
    await client.connection?.signIn(registration(name));
    await client.until((events) =>
      events.some((event) => event.kind === "opened" || event.kind === "ended")
    );
    return client;
  }

  /** Waits until the server was told something, for at most 180 s. */
  async untilServer(condition: (events: readonly SessionEvent[]) => boolean): Promise<void> {
    const end = Date.now() + 180_000;
    while (!condition(this.sessionEvents)) {
      if (Date.now() > end) throw new Error("the server was not told in time");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  transcripts(side: "client" | "server"): string[] {
    const folder = `${this.dir}/${side}-transcripts`;
    return [...Deno.readDirSync(folder)].map((entry) => `${folder}/${entry.name}`)
      .filter((path) => path.endsWith(".transcript"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await Promise.all(this.#clients.map((client) => client.running));
    await this.store.close();
    await Deno.remove(this.dir, { recursive: true });
  }
}

export function registration(name: string): SignIn {
  return { mode: "register", email: `${name}@example.test`, username: name, password: PASSWORD };
}

/** Starts a server with an empty store. */
export async function startWorld(options: WorldOptions = {}): Promise<ChatWorld> {
  const dir = await Deno.makeTempDir({ prefix: "securechat-test-" });
  const ca = (await testCa()).certificate;
  const identity = options.server ?? await testIdentity(SERVER_NAME, "server");
  const store = options.store?.(dir) ?? openSqliteStore(`${dir}/accounts.db`);
  const serverEvents: ServerEvent[] = [];
  const server: ChatServer = await ChatServer.listen({
    exempt: () => LOOPBACK,
    host: "127.0.0.1",
    port: 0,
    classic: {
      ...{ identity, store },
      newSession: () => newServerSession(identity, trustIn(ca)),
      saltSecret: new Uint8Array(32).fill(7),
      relay: options.relay ?? false,
      transcriptDir: `${dir}/server-transcripts`,
      keepSessionKey: options.keepSessionKey ?? false,
    },
    revocationOf: (certificate) => options.revocationOf?.(certificate),
    ...options.book && { book: options.book },
    limits: { ...LIMITS, ...options.limits },
    now: Date.now,
    onEvent: (event) => {
      serverEvents.push(event);
      options.onServerEvent?.(event, server);
    },
  });
  return new ChatWorld({
    dir,
    server,
    ca,
    store,
    serverEvents,
    clientLimits: options.clientLimits ?? {},
  });
}
