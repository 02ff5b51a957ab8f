/**
 * The real program as subprocesses in a folder of their own. `SECURECHAT_BUNDLE` names a bundled file
 * to run instead of `src/main.ts`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { SETTING_NAMES } from "../../src/cli/settings.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const UNTIL_MS = 30_000;

const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-sys=statfs",
  `--allow-env=${SETTING_NAMES.join(",")}`,
] as const;

/** What a finished command left behind. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is started. */
export interface StartOptions {
  /** Variables; all other settings are unset. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The arguments of `deno` that start the program.
 *
 * @returns Everything before the program's own arguments.
 */
export function programArguments(): readonly string[] {
  const bundle = Deno.env.get("SECURECHAT_BUNDLE") ?? "";
  const start = ["run", "--quiet", "--no-prompt", "--cached-only", V8_FLAGS, ...PERMISSIONS];
  if (bundle !== "") return [...start, "--no-config", resolve(bundle)];
  return [...start, "--config", `${ROOT}deno.json`, `${ROOT}src/main.ts`];
}

/** As in the tasks of deno.json. */
const V8_FLAGS = "--v8-flags=--max-semi-space-size=8";

/** A command that runs. */
export class RunningProgram {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #collected: Promise<void>;
  #stdout = "";
  #stderr = "";
  #hasEnded = false;
  #more = Promise.withResolvers<void>();

  /** @param child A process whose streams are all piped. */
  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#collected = Promise.all([
      this.#collect(child.stdout, (text) => this.#stdout += text),
      this.#collect(child.stderr, (text) => this.#stderr += text),
    ]).then(() => {
      this.#hasEnded = true;
      this.#more.resolve();
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Writes to standard input. */
  async write(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text)).catch(() => {}); // it may have ended
  }

  /** Ends standard input. */
  async closeInput(): Promise<void> {
    await this.#input.close().catch(() => {});
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /**
   * Waits until a stream holds something.
   *
   * @param stream Which one.
   * @param pattern What.
   * @returns The match.
   * @throws {Error} With all that was printed, when the program ends first or takes too long.
   */
  async until(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    const timer = setTimeout(() => this.#more.reject(new Error("too late")), UNTIL_MS);
    try {
      for (;;) {
        const match = pattern.exec(this[stream]);
        if (match !== null) return match;
        if (this.#hasEnded) throw new Error("the program has ended");
        await this.#more.promise;
      }
    } catch (error) {
      throw new Error(`no ${pattern} on ${stream}:\n${this.#stdout}\n${this.#stderr}`, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for its end; standard input stays open if nobody has closed it. */
  async finished(): Promise<Finished> {
    const { code } = await this.#child.status;
    await this.#collected;
    await this.#input.abort().catch(() => {});
    return { status: code, stdout: this.#stdout, stderr: this.#stderr };
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>, add: (text: string) => void) {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      add(text);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    }
  }
}

/** A folder, which is the current one of every command started in it. Dispose it. */
export class ProgramFolder implements AsyncDisposable {
  readonly path: string;
  readonly #running = new Set<RunningProgram>();

  constructor(path: string) {
    this.path = path;
  }

  /** Makes an empty folder. */
  static async create(): Promise<ProgramFolder> {
    return new ProgramFolder(await Deno.makeTempDir({ prefix: "securechat-program-" }));
  }

  /** Makes a folder with a CA, the certificate of `chat.test`, and one of each person in certs/NAME. */
  static async ofTeam(people: readonly string[]): Promise<ProgramFolder> {
    const folder = await ProgramFolder.create();
    const keys = ["--key-type", "ed25519"];
    const commands = [
      ["ca", "init", "--name", "Team CA", ...keys],
      ["cert", "issue", "--cn", "chat.test", "--type", "server", ...keys],
      ...people.map((name) => [
        ...["cert", "issue", "--cn", name, "--type", "client", "--out", `certs/${name}`, ...keys],
      ]),
    ];
    for (const args of commands) {
      const { status, stderr } = await folder.run(args);
      assert.equal(status, 0, stderr);
    }
    return folder;
  }

  /** Starts a server on a free port, without an operator; waits until it listens. */
  async serve(
    args: readonly string[] = [],
  ): Promise<{ readonly server: RunningProgram; readonly address: string }> {
    const server = this.start(["serve", "--port", "0", ...args]);
    await server.closeInput();
    const [, address = ""] = await server.until("stderr", /listening on (\S+:\d+)/);
    return { server, address };
  }

  /**
   * Starts a command.
   *
   * @param args The program's arguments.
   * @param options Its environment.
   * @returns The running command; whoever is left over is killed with the folder.
   */
  start(args: readonly string[], { env = {} }: StartOptions = {}): RunningProgram {
    const unset = Object.fromEntries(SETTING_NAMES.map((name) => [name, ""]));
    const program = new RunningProgram(
      new Deno.Command(Deno.execPath(), {
        args: [...programArguments(), ...args],
        cwd: this.path,
        env: { ...unset, NO_COLOR: "1", ...env },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
    this.#running.add(program);
    return program;
  }

  /**
   * Runs a command to its end.
   *
   * @param args The program's arguments.
   * @param options Its environment, and all of its standard input.
   * @returns What it left behind.
   */
  async run(
    args: readonly string[],
    { input = "", ...options }: StartOptions & { readonly input?: string } = {},
  ): Promise<Finished> {
    const program = this.start(args, options);
    await program.write(input);
    await program.closeInput();
    return await this.finish(program);
  }

  /** Waits for a command's end and forgets it. */
  async finish(program: RunningProgram): Promise<Finished> {
    const finished = await program.finished();
    this.#running.delete(program);
    return finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#running) {
      try {
        program.kill("SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
      await program.finished();
    }
    await Deno.remove(this.path, { recursive: true });
  }
}
