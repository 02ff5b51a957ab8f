/**
 * `securechat serve` as a process of its own, for figures that must not count the clients.
 *
 * @module
 */

import { trustIn } from "../../src/pki/trust.ts";
import { dial } from "../../src/chat/client.ts";
import type { Connection } from "../../src/chat/connection.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import { encodePrivateKey } from "../../src/pki/private_key.ts";
import { newClientSession } from "../../src/protocol/v1/sessions.ts";
import {
  registration,
  SERVER_NAME,
  testCa,
  testIdentity,
  testLeaf,
} from "../testkit/chat_world.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** A running server process. */
export class ServerProcess {
  readonly #process: Deno.ChildProcess;
  readonly #folder: string;
  readonly #port: number;

  constructor(process: Deno.ChildProcess, { folder, port }: { folder: string; port: number }) {
    this.#process = process;
    this.#folder = folder;
    this.#port = port;
  }

  /** Resident memory, as the kernel counts it. */
  async residentBytes(): Promise<number> {
    const ps = new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(this.#process.pid)] });
    const { stdout } = await ps.output();
    return Number(new TextDecoder().decode(stdout)) * 1024;
  }

  /** A client that has registered. */
  async join(name: string): Promise<Connection> {
    const identity = await testIdentity("bench", "client");
    const ca = (await testCa()).certificate;
    const opened = Promise.withResolvers<void>();
    const connection: Connection = await dial({
      host: "127.0.0.1",
      port: this.#port,
      session: newClientSession(identity, { trust: trustIn(ca), serverName: SERVER_NAME }),
      identity,
      transcriptDir: `${this.#folder}/clients`,
      keepSessionKey: false,
      now: Date.now,
      onEvent: (event) => {
        if (event.kind === "sign_in_wanted") void connection.signIn(registration(name));
        if (event.kind === "opened") opened.resolve();
        if (event.kind === "ended") opened.reject(event.error);
      },
    });
    void connection.run();
    await opened.promise;
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Starts a server in a folder of its own. */
export async function startServerProcess(): Promise<ServerProcess> {
  const folder = await Deno.makeTempDir({ prefix: "securechat-bench-" });
  const ca = (await testCa()).certificate;
  const server = await testLeaf(SERVER_NAME, "server");
  await Deno.mkdir(`${folder}/certs`);
  await Deno.writeTextFile(`${folder}/certs/ca-cert.pem`, certificatePem(ca));
  await Deno.writeTextFile(`${folder}/certs/server-cert.pem`, certificatePem(server.certificate));
  const key = encodePrivateKey(server.key);
  await Deno.writeTextFile(`${folder}/certs/server-key.pem`, key, { mode: 0o600 });
  const { process, port } = await launchServer(folder);
  return new ServerProcess(process, { folder, port });
}

/** A process that listens. */
export interface LaunchedServer {
  readonly process: Deno.ChildProcess;
  readonly port: number;
}

/** Starts `securechat serve` with the files in `certs/` of a folder, on a free port. */
export async function launchServer(
  folder: string,
  options: readonly string[] = [],
): Promise<LaunchedServer> {
  const permissions = ["--allow-read", "--allow-write", "--allow-net=127.0.0.1", "--allow-env"];
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--v8-flags=--max-semi-space-size=8", // as in the tasks of deno.json
      "--config",
      CONFIG,
      ...permissions,
      MAIN,
      ...["serve", "--admin-socket", "off"],
      "--port",
      "0",
      ...options,
    ],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  return { process, port: await listeningPort(process) };
}

async function listeningPort(process: Deno.ChildProcess): Promise<number> {
  let text = "";
  const reader = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    text += value ?? "";
    const port = /listening on \S+:(\d+)/.exec(text)?.[1];
    if (port !== undefined) {
      void reader.cancel();
      return Number(port);
    }
    if (done) throw new Error(`the server did not start: ${text}`);
  }
}
