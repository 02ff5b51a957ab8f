/**
 * `securechat serve` of protocol 2 as a process of its own, and clients of it in this one.
 *
 * @module
 */

import { dialRoom } from "../../src/chat/room_dial.ts";
import type { RoomClient } from "../../src/chat/room_client.ts";
import type { KeyType } from "../../src/pki/key_type.ts";
import { trustIn } from "../../src/pki/trust.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { Issuer } from "./issuer.ts";
import { launchServer } from "./server_process.ts";

/** The name in the server's certificate. */
export const SERVER_NAME = "chat.bench";

/** A client, and what it is told from now on. */
export interface BenchClient {
  readonly client: RoomClient;
  /** May be set anew at any time. */
  onEvent: (event: SessionEvent) => void;
}

/** What is known of a running server. */
interface ServerParts {
  readonly issuer: Issuer;
  readonly folder: string;
  readonly port: number;
}

/** A running server process. */
export class RoomServerProcess implements AsyncDisposable {
  readonly #parts: ServerParts;
  readonly #process: Deno.ChildProcess;

  constructor(process: Deno.ChildProcess, parts: ServerParts) {
    [this.#process, this.#parts] = [process, parts];
  }

  /** The process's number. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Where it listens. */
  get port(): number {
    return this.#parts.port;
  }

  /** Its CA. */
  get issuer(): Issuer {
    return this.#parts.issuer;
  }

  /** A certificate with its key. */
  identity(name: string): Promise<OwnIdentity> {
    return this.#parts.issuer.identity(name);
  }

  /** A client in a room. */
  async join(own: OwnIdentity, room = "main"): Promise<BenchClient> {
    const { issuer, folder, port } = this.#parts;
    const entered = Promise.withResolvers<void>();
    const told: Pick<BenchClient, "onEvent"> = { onEvent: () => {} };
    const client = await dialRoom({
      ...{ host: "127.0.0.1", port, serverName: SERVER_NAME, own, room, want: 0, explain: false },
      trust: trustIn(issuer.certificate),
      transcriptDir: `${folder}/clients`,
      now: Date.now,
      onEvent: (event) => {
        if (event.kind === "entered") entered.resolve();
        if (event.kind === "ended") entered.reject(event.error);
        told.onEvent(event);
      },
    });
    void client.run();
    await entered.promise;
    return Object.assign(told, { client });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
    await Deno.remove(this.#parts.folder, { recursive: true });
  }
}

/** How a server of a bench is not like others. */
export interface ServerChanges {
  /** More options of `serve`. */
  readonly more?: readonly string[];
  /** Lines of a file of limits, where `more` names none. */
  readonly limits?: readonly string[];
}

/** Starts a server in a folder of its own. */
export async function startRoomServer(
  keyType: KeyType,
  rooms: readonly string[] = ["main"],
  { more = [], limits = [] }: ServerChanges = {},
): Promise<RoomServerProcess> {
  const folder = await Deno.makeTempDir({ prefix: "securechat-bench-" });
  const issuer = await Issuer.create(keyType);
  await issuer.writeServer(`${folder}/certs`, { name: SERVER_NAME, stem: "server-" });
  if (limits.length > 0 && !more.includes("--limits")) {
    await Deno.writeTextFile(`${folder}/limits.txt`, `${limits.join("\n")}\n`);
    more = [...more, "--limits", "limits.txt"];
  }
  const named = rooms.flatMap((room) => ["--room", room]);
  const options = ["--protocol", "2", "--sign-in", "certificate", ...named, ...more];
  const { process, port } = await launchServer(folder, options);
  return new RoomServerProcess(process, { issuer, folder, port });
}
