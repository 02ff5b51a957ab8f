/**
 * `securechat serve` of protocol 2 as a process of its own, and clients of it in this one.
 *
 * @module
 */

import { dialRoom } from "../../src/chat/room_dial.ts";
import type { RoomClient } from "../../src/chat/room_client.ts";
import { importLeafSigningKey } from "../../src/crypto/leaf_signature.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import { createCa, type Issued, issueLeaf } from "../../src/pki/issue.ts";
import type { KeyType } from "../../src/pki/key_type.ts";
import { encodePrivateKey } from "../../src/pki/private_key.ts";
import { trustIn } from "../../src/pki/trust.ts";
import type { Role } from "../../src/pki/validate.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { ownIdentity } from "../../src/protocol/v2/peer_identity.ts";
import { launchServer } from "./server_process.ts";

const SERVER_NAME = "chat.bench";

/** A client, and what it is told from now on. */
export interface BenchClient {
  readonly client: RoomClient;
  /** May be set anew at any time. */
  onEvent: (event: SessionEvent) => void;
}

/** A CA whose leaves all have keys of one kind. */
class Issuer {
  readonly #ca: Issued;
  readonly #keyType: KeyType;

  constructor(ca: Issued, keyType: KeyType) {
    [this.#ca, this.#keyType] = [ca, keyType];
  }

  static async create(keyType: KeyType): Promise<Issuer> {
    const ca = await createCa({ name: "Bench CA", keyType, days: 30, nowMs: Date.now() });
    return new Issuer(ca, keyType);
  }

  get certificate(): Issued["certificate"] {
    return this.#ca.certificate;
  }

  leaf(commonName: string, role: Role): Promise<Issued> {
    const { certificate: ca, key: caKey } = this.#ca;
    const request = { commonName, role, names: [], days: 7, nowMs: Date.now() };
    return issueLeaf({ ...request, keyType: this.#keyType, ca, caKey });
  }
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

  /** A certificate with its key. */
  async identity(name: string): Promise<OwnIdentity> {
    const { certificate, key } = await this.#parts.issuer.leaf(name, "client");
    const signingKey = await importLeafSigningKey(new Uint8Array(key.pkcs8Der));
    return { ...ownIdentity([certificate.der]), signingKey };
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

/** Starts a server in a folder of its own. */
export async function startRoomServer(
  keyType: KeyType,
  rooms: readonly string[] = ["main"],
): Promise<RoomServerProcess> {
  const folder = await Deno.makeTempDir({ prefix: "securechat-bench-" });
  const issuer = await Issuer.create(keyType);
  const { certificate, key } = await issuer.leaf(SERVER_NAME, "server");
  await Deno.mkdir(`${folder}/certs`);
  await Deno.writeTextFile(`${folder}/certs/ca-cert.pem`, certificatePem(issuer.certificate));
  await Deno.writeTextFile(`${folder}/certs/server-cert.pem`, certificatePem(certificate));
  const keyPem = encodePrivateKey(key);
  await Deno.writeTextFile(`${folder}/certs/server-key.pem`, keyPem, { mode: 0o600 });
  const named = rooms.flatMap((room) => ["--room", room]);
  const options = ["--protocol", "2", "--sign-in", "certificate", ...named];
  const { process, port } = await launchServer(folder, options);
  return new RoomServerProcess(process, { issuer, folder, port });
}
