/**
 * A part of a bench in a process of its own: objects as lines of JSON, both ways.
 *
 * @module
 */

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Garbage of a driver is collected often, and shortly: its pauses would count as the server's. */
const FLAGS = "--v8-flags=--heap-growing-percent=20";

/** An object on its way. */
export type Told = Readonly<Record<string, unknown>>;

/** Objects of a stream of lines. */
export async function* jsonLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<Told> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Tells the process that started this one. */
export function tell(told: Told): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(told)}\n`));
}

/** See the module. */
export class DriverProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<Told>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  /** @param script A file beside this one. @param niceness 10 gives way to all others, 0 is usual. */
  constructor(script: string, niceness = 0) {
    const path = new URL(script, import.meta.url).pathname;
    const run = [Deno.execPath(), "run", "--quiet", "--config", CONFIG, "--allow-all", FLAGS, path];
    this.#process = new Deno.Command("nice", {
      args: ["-n", String(niceness), ...run],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = jsonLines(this.#process.stdout);
    this.#writer = this.#process.stdin.getWriter();
  }

  /** The process's number. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Tells it something. */
  async send(told: Told): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(told)}\n`));
  }

  /** What it tells next. */
  async next(): Promise<Told> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("a driver of the bench has ended");
    return value;
  }

  /** Ends when its input does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => undefined);
    await this.#process.status;
  }
}
