/**
 * Promise: who only listens on the wire reads no password, no words and no e-mail address. tshark
 * captures whole sessions; that it could have found them is shown by markers sent in clear, and by
 * what protocol 1 does send in clear.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PASSWORD, startWorld } from "../testkit/chat_world.ts";
import { findProgram } from "../testkit/needs.ts";
import type { Attack } from "./attack.ts";
import { eventually, pause } from "./observe.ts";

const MARKER_START = "marker sent in clear at the start";
const MARKER_END = "marker sent in clear at the end";
const WORDS = "the treasure is under the old oak";
const ANSWER = "then dig there at midnight please";
const NAME = "quartermaster";
const EMAIL = `${NAME}@example.test`;
const POLL_MS = 200;
const CAPTURE_MS = 20_000;

let captured: Promise<Buffer> | undefined;

/** The capture of the sessions, made once in a process. */
function capture(): Promise<Buffer> {
  captured ??= makeCapture();
  return captured;
}

async function makeCapture(): Promise<Buffer> {
  await using world = await startWorld();
  return await captureWire(world.server.address.port, async () => {
    const first = await world.join(NAME);
    first.connection?.say(WORDS);
    await eventually(() => world.sessionEvents.some((event) => event.kind === "said"));
    world.server.say(ANSWER);
    await eventually(() => first.texts().length > 0);
    await first.connection?.leave();
    const again = await world.dial();
    await again.untilKind("sign_in_wanted");
    await again.connection?.signIn({ mode: "login", email: EMAIL, password: PASSWORD });
    await again.untilKind("opened");
    await again.connection?.leave();
    assert.equal(again.endCode, undefined);
  });
}

/**
 * Captures what goes over the wire to and from a port, between two markers in clear.
 *
 * @param port The port.
 * @param scene What happens meanwhile.
 * @returns The capture.
 */
export async function captureWire(port: number, scene: () => Promise<void>): Promise<Buffer> {
  const dir = await Deno.makeTempDir({ prefix: "securechat-capture-" });
  try {
    await using clear = new ClearText();
    const file = `${dir}/wire.pcap`;
    await using _tshark = new Tshark(file, [port, clear.port]);
    await sendUntilCaptured(clear, { file, marker: MARKER_START });
    await scene();
    await sendUntilCaptured(clear, { file, marker: MARKER_END });
    return await readCapture(file);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** A connection on which markers go in clear, in every spelling that is searched for. */
class ClearText {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  get port(): number {
    return this.#listener.addr.port;
  }

  async say(text: string): Promise<void> {
    const [sender, receiver] = await Promise.all([
      Deno.connect({ hostname: "127.0.0.1", port: this.port }),
      this.#listener.accept(),
    ]);
    const bytes = Buffer.from(text);
    const spellings = [text, bytes.toString("base64"), `.${bytes.toString("hex")}`];
    await sender.write(Buffer.from(spellings.join("\n")));
    await receiver.read(new Uint8Array(1024));
    for (const conn of [sender, receiver]) conn.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    return Promise.resolve();
  }
}

/** tshark, which writes what it sees into a file. */
class Tshark {
  readonly #child: Deno.ChildProcess;

  constructor(file: string, ports: readonly number[]) {
    const filter = ports.map((port) => `tcp port ${port}`).join(" or ");
    this.#child = new Deno.Command(findProgram("tshark") ?? "tshark", {
      args: ["-q", "-i", loopback(), "-f", filter, "-w", file, "-F", "pcap"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself: it may not capture here.
    }
    await this.#child.status;
  }
}

function loopback(): string {
  return Deno.build.os === "linux" ? "lo" : "lo0";
}

/** Packets are written in order: when the marker is in the file, so is all that went before it. */
async function sendUntilCaptured(
  clear: ClearText,
  { file, marker }: { readonly file: string; readonly marker: string },
): Promise<void> {
  const deadline = Date.now() + CAPTURE_MS;
  while (Date.now() < deadline) {
    await clear.say(marker);
    await pause(POLL_MS);
    if (finds(await readCapture(file), marker)) return;
  }
  throw new Error("tshark captures nothing: it needs the right to (root, or the group wireshark)");
}

async function readCapture(file: string): Promise<Buffer> {
  try {
    return Buffer.from(await Deno.readFile(file));
  } catch {
    return Buffer.alloc(0);
  }
}

/** A text as it is, in hex of both cases, and in base64 at each of its three offsets. */
function spellings(text: string | Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(text as string); // either kind
  const base64 = [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return whole.slice(offset === 0 ? 0 : offset + 1, -4); // characters that only this text decides
  });
  const hex = bytes.toString("hex");
  return [bytes, ...[hex, hex.toUpperCase(), ...base64].map((spelling) => Buffer.from(spelling))];
}

function finds(wire: Buffer, text: string | Uint8Array): boolean {
  return spellings(text).some((spelling) => wire.includes(spelling));
}

/**
 * Looks for secrets, after it has shown that it can see.
 *
 * @param wire The capture.
 * @param secrets What must not be there.
 * @param clear What must be there.
 * @returns "found" or "not found".
 */
export function searchWire(
  wire: Buffer,
  secrets: readonly (string | Uint8Array)[],
  clear: readonly string[],
): string {
  for (const marker of [MARKER_START, MARKER_END]) {
    const [raw, hex, , ...base64] = spellings(marker);
    for (const spelling of [raw, hex, base64[0]]) {
      assert.ok(spelling !== undefined && wire.includes(spelling), "a marker was not seen");
    }
  }
  for (const text of clear) assert.ok(wire.includes(Buffer.from(text)), `${text} was not seen`);
  return secrets.some((secret) => finds(wire, secret)) ? "found" : "not found";
}

async function search(secrets: readonly string[]): Promise<string> {
  const clear = ['"type": "server_hello"', '"type": "msg"', '"type": "receipt"'];
  return searchWire(await capture(), secrets, clear);
}

function listening(what: string, secrets: readonly string[]): Attack {
  return {
    name: `a listener captures whole sessions and looks for ${what}`,
    promise: "who only listens reads nothing secret",
    expected: "not found",
    where: "on the wire; markers in clear are found",
    program: "tshark",
    run: () => search(secrets),
  };
}

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  listening("the password", [PASSWORD]),
  listening("the words", [WORDS, ANSWER]),
  listening("the e-mail address and the name", [EMAIL, NAME]),
];
