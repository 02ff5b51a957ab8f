/**
 * A MariaDB server of the tests' own: in a temporary folder, on a free port of the loopback.
 *
 * @module
 */

import { findProgram } from "./needs.ts";

const START_MS = 30_000;
const PORT_TRIES = 3;
const POLL_MS = 50;

/** How to log in to it: the shape that `openMysqlStore` takes. */
export interface MariadbOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/**
 * Whether the programs of MariaDB's server are installed.
 *
 * @returns Whether tests may start one.
 */
export function mariadbInstalled(): boolean {
  return findProgram("mariadbd") !== undefined;
}

async function runProgram(program: string, args: string[], input = ""): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A program that ends early closes its input; what it says of that is in its output.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${program} failed: ${text.decode(stderr)}${text.decode(stdout)}`);
  return text.decode(stdout);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A running server; `stop()` and `start()` keep its port and data. */
export class Mariadb {
  /** A user with all rights on the database `securechat`, which exists and is empty. */
  readonly options: MariadbOptions;
  /** Its Unix socket, where `root` needs no password. */
  readonly socketPath: string;
  readonly #folder: string;
  #process: Deno.ChildProcess | undefined;

  /**
   * @param folder A folder of its own, with an installed `data` folder.
   * @param port A free port.
   */
  constructor(folder: string, port: number) {
    this.#folder = folder;
    this.socketPath = `${folder}/socket`;
    this.options = {
      host: "127.0.0.1",
      port,
      user: "tester",
      password: "tester-password",
      database: "securechat",
    };
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const child = new Deno.Command(findProgram("mariadbd") ?? "mariadbd", {
      args: [
        "--no-defaults",
        ...(Deno.uid() === 0 ? ["--user=root"] : []),
        `--datadir=${this.#folder}/data`,
        // A server removes the temporary tables that it finds at its start: those of a neighbour
        // that runs beside it, were their folder the same.
        `--tmpdir=${this.#folder}`,
        `--socket=${this.socketPath}`,
        `--pid-file=${this.#folder}/pid`,
        `--log-error=${this.#folder}/log`,
        "--bind-address=127.0.0.1",
        `--port=${this.options.port}`,
        "--innodb-buffer-pool-size=8M",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#process = child;
    let ended = false;
    child.status.then(() => ended = true);
    const deadlineMs = Date.now() + START_MS;
    for (;;) {
      try {
        await this.sql("SELECT 1");
        return;
      } catch (error) {
        if (ended || Date.now() > deadlineMs) throw await this.#startFault(error);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  }

  /** Stops it and waits until it has ended. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    child.kill("SIGTERM");
    await child.status;
  }

  /**
   * Runs statements as root.
   *
   * @param text One or more statements.
   * @returns The rows, columns parted by tabs, without a heading.
   */
  sql(text: string): Promise<string> {
    const socket = `--socket=${this.socketPath}`;
    return runProgram("mariadb", ["--no-defaults", "-uroot", socket, "-N", "-B"], text);
  }

  /**
   * Makes an empty database for one test.
   *
   * @param name Its name.
   * @returns How to log in to it.
   */
  async freshDatabase(name: string): Promise<MariadbOptions> {
    await this.sql(
      `CREATE DATABASE ${name} CHARACTER SET utf8mb4; GRANT ALL ON ${name}.* TO 'tester'@'%';`,
    );
    return { ...this.options, database: name };
  }

  /** Stops it and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #startFault(cause: unknown): Promise<Error> {
    const log = await Deno.readTextFile(`${this.#folder}/log`).catch(() => "it wrote no log");
    await this.stop().catch(() => {}); // it may have ended already
    return new Error(`mariadbd did not start: ${log}`, { cause });
  }
}

/** A port that was free may be another's by the time that the server asks for it. */
async function startSomewhere(folder: string): Promise<Mariadb> {
  for (let tries = PORT_TRIES;; tries--) {
    const mariadb = new Mariadb(folder, freePort());
    try {
      await mariadb.start();
      return mariadb;
    } catch (error) {
      if (tries === 1) throw error;
    }
  }
}

/**
 * Installs and starts a server; it takes a second or two, so a test file shares one.
 *
 * @returns The server, with a user and an empty database.
 */
export async function startMariadb(): Promise<Mariadb> {
  const folder = await Deno.makeTempDir({ prefix: "mariadb_" });
  await runProgram("mariadb-install-db", [
    "--no-defaults",
    ...(Deno.uid() === 0 ? ["--user=root"] : []),
    `--datadir=${folder}/data`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
  ]);
  const mariadb = await startSomewhere(folder);
  const { user, password, database } = mariadb.options;
  await mariadb.sql(
    `CREATE DATABASE ${database} CHARACTER SET utf8mb4;
     CREATE USER '${user}'@'%' IDENTIFIED BY '${password}';
     GRANT ALL ON ${database}.* TO '${user}'@'%';`,
  );
  return mariadb;
}
