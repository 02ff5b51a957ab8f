/**
 * The local socket of a server's operator: whoever may open it (mode 0600: this user) asks for one act,
 * in one line of JSON, and is answered in one.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { printable } from "../../bytes/printable.ts";
import { asChatError, ChatError } from "../../errors.ts";
import { fileFault } from "../../store/private_file.ts";
import { eventLog } from "../event_log.ts";
import { within } from "../within.ts";
import type { OperatorActs } from "./acts.ts";
import { readLine, refusalLine, writeLine } from "./admin_line.ts";
import type { OperatorAnswer } from "./answer.ts";
import { readRequest } from "./request.ts";

/** Bytes of a request: words of 8,000 characters, escaped. */
const REQUEST_MAX_BYTES = 65_536;

/** A request is one write of a program, ms. */
const REQUEST_MS = 5_000;

/** An answer that is not read is given up, ms. */
const ANSWER_MS = 5_000;

/** Asked at once: each has its file descriptor, which members need. */
const CLIENTS_MAX = 8;

/** Whoever listens says so at once, ms. */
const PROBE_MS = 2_000;

/** `sun_path` of Linux has 108 bytes, that of macOS 104, one of them for the end. */
const PATH_MAX_BYTES = Deno.build.os === "darwin" ? 103 : 107;

const SOCKET_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Who may write to a socket may connect to it: unix(7). */
const OTHERS_WRITE = 0o022;

const log = eventLog("operator");

/** What a socket is made of. */
export interface AdminSocketOptions {
  readonly path: string;
  readonly acts: Pick<OperatorActs, "run">;
  /** Told of what was done, so that whoever is at the console knows. Must not throw. */
  onAct(answer: OperatorAnswer): void;
}

/** See the module. */
export class AdminSocket implements AsyncDisposable {
  readonly #options: AdminSocketOptions;
  readonly #listener: Deno.UnixListener;
  readonly #clients = new Map<Deno.Conn, Promise<void>>();
  readonly #accepting: Promise<void>;

  /** Use {@link AdminSocket.listen}. */
  constructor(options: AdminSocketOptions, listener: Deno.UnixListener) {
    this.#options = options;
    this.#listener = listener;
    this.#accepting = this.#accept();
  }

  /**
   * Begins to listen. A socket that nobody answers at any more, after a crash, is replaced.
   *
   * @param options Where, what is done, who is told.
   * @returns The socket.
   * @throws {ChatError} ADDRESS if a server answers there, or something else is there; CONFIG if the path
   * is too long, others could have connected, and on Windows; FILE if the system refuses.
   */
  static async listen(options: AdminSocketOptions): Promise<AdminSocket> {
    const { path } = options;
    requireSocketPath(path);
    await makeFolder(path);
    await removeStale(path);
    const listener = open(path);
    try {
      const { mode } = await Deno.lstat(path);
      await Deno.chmod(path, SOCKET_MODE);
      await requirePrivate(path, mode ?? 0);
      return new AdminSocket(options, listener);
    } catch (thrown) {
      listener.close();
      throw fileFault("make socket", path, thrown);
    }
  }

  /** Ends it, and what is asked just now. The runtime removes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const conn of this.#clients.keys()) closeQuietly(conn);
    await Promise.all(this.#clients.values());
  }

  async #accept(): Promise<void> {
    for (;;) {
      try {
        const conn = await this.#listener.accept();
        const serving = this.#serve(conn).finally(() => {
          closeQuietly(conn);
          this.#clients.delete(conn);
        });
        this.#clients.set(conn, serving);
      } catch (thrown) {
        if (thrown instanceof Deno.errors.BadResource) return;
        // As with members: a client that was gone at once, or no file descriptor for now.
        log.warn("admin.trouble", "admin socket: {reason}", {
          reason: asChatError(thrown).message,
        });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Never throws: nothing that is sent here may reach the chat. */
  async #serve(conn: Deno.Conn): Promise<void> {
    const answer = await this.#answer(conn).catch((thrown) => refusalLine(asChatError(thrown)));
    if (answer !== undefined) await within(writeLine(conn, answer), ANSWER_MS);
  }

  async #answer(conn: Deno.Conn): Promise<object | undefined> {
    if (this.#clients.size >= CLIENTS_MAX) {
      throw new ChatError("BUSY", `cannot answer: ${CLIENTS_MAX} requests are being answered`);
    }
    const value = await readLine(conn, { maxBytes: REQUEST_MAX_BYTES, withinMs: REQUEST_MS });
    if (value === undefined) return undefined; // somebody has looked whether the server lives
    const answer = await this.#options.acts.run(readRequest(value), "admin socket");
    this.#options.onAct(answer);
    return { ok: true, answer };
  }
}

/**
 * Checks that a path can be a socket's.
 *
 * @param path The path.
 * @throws {ChatError} CONFIG on Windows, and above what the system takes.
 */
export function requireSocketPath(path: string): void {
  if (Deno.build.os === "windows") {
    throw new ChatError("CONFIG", "cannot use an admin socket: Windows has none of this kind", {
      hint: "type the commands at the server's console, and turn it off: --admin-socket off",
    });
  }
  const { length } = new TextEncoder().encode(path);
  if (length <= PATH_MAX_BYTES) return;
  const text = `its path has ${length} bytes, expected at most ${PATH_MAX_BYTES}`;
  throw new ChatError("CONFIG", `cannot use admin socket "${printable(path)}": ${text}`, {
    hint:
      "choose a shorter path: --admin-socket PATH; one relative to the current folder is shorter",
  });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  } catch (thrown) {
    throw fileFault("make the folder of", path, thrown);
  }
}

/** Only a socket is ever removed, and only when nobody listens to it. */
async function removeStale(path: string): Promise<void> {
  try {
    const { isSocket } = await Deno.lstat(path);
    if (isSocket !== true) throw taken(path, "something that is no socket is there");
    if (await isAnswered(path)) throw taken(path, "a server answers there");
    await Deno.remove(path);
    log.warn("admin.replaced", "admin socket: {path} was left by a crash, and is replaced", {
      path,
    });
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw fileFault("look at", path, thrown);
  }
}

/** What does not refuse may be a server that is busy. */
async function isAnswered(path: string): Promise<boolean> {
  const trying = Deno.connect({ transport: "unix", path });
  try {
    if (!await within(trying, PROBE_MS)) return true;
    closeQuietly(await trying);
    return true;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.ConnectionRefused) return false;
    if (thrown instanceof Deno.errors.ConnectionReset) return true;
    throw thrown;
  }
}

function open(path: string): Deno.UnixListener {
  try {
    return Deno.listen({ transport: "unix", path });
  } catch (thrown) {
    if (thrown instanceof Deno.errors.AddrInUse) throw taken(path, "another program made it");
    if (thrown instanceof Deno.errors.NotCapable) throw notPermitted(path, thrown);
    throw fileFault("make socket", path, thrown);
  }
}

/** Deno counts a local socket as a network, by its whole path. */
function notPermitted(path: string, cause: unknown): ChatError {
  const text = "this program was started without the permission";
  return new ChatError("FILE", `cannot make socket "${printable(path)}": ${text}`, {
    ...{ cause, hint: `add to --allow-net: unix:${printable(resolve(path))}` },
  });
}

/** Between making it and changing its mode it had that of the umask. */
async function requirePrivate(path: string, mode: number): Promise<void> {
  const folder = await Deno.stat(dirname(path));
  const isOpen = (mode & OTHERS_WRITE) !== 0 && ((folder.mode ?? 0) & 0o077) !== 0;
  if (!isOpen) return;
  const text = "others could have connected while it was made";
  throw new ChatError("CONFIG", `cannot use admin socket "${printable(path)}": ${text}`, {
    hint: "start with umask 077, or put it into a folder of mode 0700: --admin-socket PATH",
  });
}

function taken(path: string, why: string): ChatError {
  return new ChatError("ADDRESS", `cannot use admin socket "${printable(path)}": ${why}`, {
    hint: "stop the other server, or choose another: --admin-socket PATH; none: --admin-socket off",
  });
}

function closeQuietly(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
