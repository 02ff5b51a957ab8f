/**
 * A server of protocol 2 on a real socket with real files, and clients of it.
 *
 * @module
 */

import { parseRange } from "../../src/chat/address_range.ts";
import { dialRoom, type RoomDialOptions } from "../../src/chat/room_dial.ts";
import { CLIENT_LIMITS, LIMITS, type Limits } from "../../src/chat/limits.ts";
import type { OperatorBook } from "../../src/chat/operator/book.ts";
import type { RoomClient } from "../../src/chat/room_client.ts";
import { ChatServer, type ServerEvent, type ServerOptions } from "../../src/chat/server.ts";
import type { SessionEvent, SignIn } from "../../src/protocol/session.ts";
import type { OwnIdentity, SignInMode } from "../../src/protocol/v2/handshake.ts";
import { openSqliteKeyAccounts } from "../../src/store/sqlite.ts";
import { identity2, type Identity2Options, SERVER2_NAME, trust2 } from "./identities2.ts";

/** One name is one certificate in a run. */
export const STARTED_MS = Date.now();

/** From where tests come: hostile ones by the hundred, and good ones. */
export const LOOPBACK = [parseRange("127.0.0.0/8")].filter((range) => range !== undefined);

/** Tests say more at once than people do. */
const FAST = {
  statementsPerSecond: 1_000_000,
  statementsBurst: 1_000_000,
  statementBytesPerSecond: 1_000_000_000,
};

/** Of all test accounts. */
export const PASSWORD2 = "correct horse battery staple";

/** How a world differs from the usual one. */
export interface RoomWorldOptions {
  readonly signIn?: SignInMode;
  readonly rooms?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** Limits of connections and penalties hold for this machine, too. */
  readonly isStrict?: boolean;
  readonly server?: Identity2Options;
  readonly revocationOf?: ServerOptions["revocationOf"];
  /** What the operator has decided. */
  readonly book?: OperatorBook;
  /** Also told of the server's events. */
  readonly onServerEvent?: (event: ServerEvent) => void;
}

/** How a client differs from the usual one. */
export interface RoomVisitor extends Partial<Omit<RoomDialOptions, "own">> {
  readonly own?: OwnIdentity;
  /** For a new certificate. */
  readonly identity?: Identity2Options;
}

/** A client with all that it was told. */
export class RoomTestClient {
  readonly events: SessionEvent[] = [];
  readonly client: RoomClient;
  readonly running: Promise<void>;
  #wake = Promise.withResolvers<void>();

  constructor(client: RoomClient, told: (tell: (event: SessionEvent) => void) => void) {
    this.client = client;
    told((event) => {
      this.events.push(event);
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    });
    this.running = client.run();
  }

  /** Waits for something to have been told, for at most 60 s. */
  async until(condition: (events: readonly SessionEvent[]) => boolean): Promise<void> {
    const timer = setTimeout(() => this.#wake.reject(new Error("late")), 60_000);
    try {
      while (!condition(this.events)) await this.#wake.promise;
    } catch {
      const told = this.events.map((event) =>
        event.kind === "ended" ? `ended ${event.error?.message ?? ""}` : event.kind
      );
      throw new Error(`waited too long; told so far: ${told.join(", ")}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for a kind of event. */
  untilKind(kind: SessionEvent["kind"]): Promise<void> {
    return this.until((events) => events.some((event) => event.kind === kind));
  }

  /** What was heard: "name: text", one's own words as "me: …". */
  get heard(): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === "said"
        ? [`${event.author === "self" ? "me" : event.name ?? "server"}: ${event.text}`]
        : []
    );
  }

  /** Code of the error that ended the session. */
  get endCode(): string | undefined {
    const ended = this.events.find((event) => event.kind === "ended");
    return ended?.error?.code;
  }
}

/** A running world; dispose of it. */
export class RoomWorld implements AsyncDisposable {
  readonly dir: string;
  readonly server: ChatServer;
  readonly serverEvents: ServerEvent[];
  readonly #close: () => Promise<void>;
  readonly #clients: RoomTestClient[] = [];

  constructor(parts: {
    readonly dir: string;
    readonly server: ChatServer;
    readonly serverEvents: ServerEvent[];
    readonly close: () => Promise<void>;
  }) {
    this.dir = parts.dir;
    this.server = parts.server;
    this.serverEvents = parts.serverEvents;
    this.#close = parts.close;
  }

  /** Dials; nothing is signed in yet. */
  async dial(name: string, visitor: RoomVisitor = {}): Promise<RoomTestClient> {
    let tell: (event: SessionEvent) => void = () => {};
    const own = visitor.own ??
      await identity2(name, "client", { nowMs: STARTED_MS, ...visitor.identity });
    const client = await dialRoom({
      ...{ host: "127.0.0.1", port: this.server.address.port, serverName: SERVER2_NAME },
      ...{ room: "main", want: 0, explain: false, now: Date.now, limits: CLIENT_LIMITS },
      transcriptDir: `${this.dir}/client-transcripts`,
      trust: await trust2(),
      ...visitor,
      own,
      onEvent: (event) => tell(event),
    });
    const made = new RoomTestClient(client, (teller) => tell = teller);
    this.#clients.push(made);
    return made;
  }

  /** Dials, registers where a password is wanted, and joins. */
  async join(name: string, visitor: RoomVisitor = {}): Promise<RoomTestClient> {
    const client = await this.dial(name, visitor);
    await client.until((events) =>
      events.some(({ kind }) => ["sign_in_wanted", "entered", "ended"].includes(kind))
    );
    if (client.events.some(({ kind }) => kind === "sign_in_wanted")) {
      await client.client.signIn(registration2(name));
    }
    await client.until((events) =>
      events.some(({ kind }) => kind === "entered" || kind === "ended")
    );
    return client;
  }

  /** Paths of transcripts. */
  transcripts(side: "client" | "server"): readonly string[] {
    const folder = `${this.dir}/${side}-transcripts`;
    return [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await Promise.all(this.#clients.map(({ running }) => running));
    await this.#close();
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** A registration under a name. */
export function registration2(name: string): SignIn {
  const email = `${name}@example.test`;
  return { mode: "register", email, username: "", password: PASSWORD2 };
}

/** Starts a server with an empty store and a room "main". */
export async function startRoomWorld(options: RoomWorldOptions = {}): Promise<RoomWorld> {
  const dir = await Deno.makeTempDir({ prefix: "securechat-test-" });
  const trust = await trust2();
  const store = openSqliteKeyAccounts(`${dir}/accounts.db`);
  const serverEvents: ServerEvent[] = [];
  const server = await ChatServer.listen({
    ...{ host: "127.0.0.1", port: 0, now: Date.now },
    rooms: {
      own: await identity2(SERVER2_NAME, "server", { nowMs: STARTED_MS, ...options.server }),
      trust: () => trust,
      signIn: options.signIn ?? "certificate",
      store,
      rooms: options.rooms ?? ["main"],
      newcomersSee: 100,
      transcriptDir: `${dir}/server-transcripts`,
    },
    revocationOf: (certificate) => options.revocationOf?.(certificate),
    limits: { ...LIMITS, ...FAST, ...options.limits },
    exempt: () => options.isStrict ? [] : LOOPBACK,
    ...options.book && { book: options.book },
    onEvent: (event) => {
      serverEvents.push(event);
      options.onServerEvent?.(event);
    },
  });
  return new RoomWorld({ dir, server, serverEvents, close: () => store.close() });
}
