/**
 * Servers of other projects as processes of their own, and their clients over TLS.
 *
 * @module
 */

import type { Issuer } from "../issuer.ts";
import type { Contest } from "./contestant.ts";
import { TlsClient } from "./tls_client.ts";

const START_MS = 10_000;
const LOOK_MS = 50;
const CONNECT_AT_ONCE = 16;

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** What a program says of its version, in its first line. */
export async function versionOf(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: [...args], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).split("\n")[0] ?? "";
}

/** Starts a server that stays in the foreground; what it prints is in a file of its folder. */
export async function launch(
  program: string,
  { args, port, folder }: {
    readonly args: readonly string[];
    readonly port: number;
    readonly folder: string;
  },
): Promise<Deno.ChildProcess> {
  const command = ['exec "$@" >printed.txt 2>&1', "sh", program, ...args];
  const process = new Deno.Command("sh", { args: ["-c", ...command], cwd: folder, stdin: "null" })
    .spawn();
  const endMs = performance.now() + START_MS;
  while (!await answers(port)) {
    if (performance.now() > endMs) {
      process.kill("SIGTERM");
      throw new Error(
        `${program} did not start: ${await Deno.readTextFile(`${folder}/printed.txt`)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return process;
}

async function answers(port: number): Promise<boolean> {
  try {
    using _conn = await Deno.connect({ hostname: "127.0.0.1", port });
    return true;
  } catch {
    return false;
  }
}

/** What a protocol is like for its clients. */
export interface Tongue {
  readonly end: string;
  /** Signs in and enters the room. */
  enter(client: TlsClient, name: string): Promise<void>;
  /** The text of a unit; nothing where it is none of a person. */
  textOf(unit: string): string | undefined;
  /** What is sent to say something. */
  say(text: string): string;
}

/** A server over TLS with everybody in its room. */
export class TlsContest implements Contest {
  readonly #process: Deno.ChildProcess;
  readonly #tongue: Tongue;
  readonly #clients: readonly TlsClient[];

  /** Use {@link TlsContest.start}. */
  constructor(
    process: Deno.ChildProcess,
    { tongue, clients }: { readonly tongue: Tongue; readonly clients: readonly TlsClient[] },
  ) {
    [this.#process, this.#tongue, this.#clients] = [process, tongue, clients];
  }

  /** Lets listeners in, and the speaker as the last of the clients. */
  static async start(
    process: Deno.ChildProcess,
    { port, issuer, tongue, listeners, onText }: {
      readonly port: number;
      readonly issuer: Issuer;
      readonly tongue: Tongue;
      readonly listeners: number;
      onText(listener: number, text: string): void;
    },
  ): Promise<TlsContest> {
    const clients: TlsClient[] = [];
    const enter = async (index: number) => {
      const client = await TlsClient.dial(port, { issuer, end: tongue.end });
      clients[index] = client;
      await tongue.enter(client, index === listeners ? "speaker" : `listener${index}`);
      client.listen((unit) => {
        const text = index === listeners ? undefined : tongue.textOf(unit);
        if (text !== undefined) onText(index, text);
      });
    };
    let next = 0;
    const worker = async () => {
      while (next < listeners) await enter(next++);
    };
    await Promise.all(Array.from({ length: CONNECT_AT_ONCE }, worker));
    await enter(listeners);
    return new TlsContest(process, { tongue, clients });
  }

  /** See {@link Contest}. */
  get pid(): number {
    return this.#process.pid;
  }

  /** See {@link Contest}. */
  get listening(): number {
    return this.#clients.slice(0, -1).filter(({ isOpen }) => isOpen).length;
  }

  /** See {@link Contest}. */
  say(text: string): void {
    this.#clients.at(-1)?.send(this.#tongue.say(text));
  }

  /** The server ends, and with it all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    this.#process.kill("SIGTERM");
    await this.#process.status;
  }
}
