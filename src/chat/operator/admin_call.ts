/**
 * Asks a running server for an act, over its local socket.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { fileFault } from "../../store/private_file.ts";
import { answerOf, readLine, writeLine } from "./admin_line.ts";
import { requireSocketPath } from "./admin_socket.ts";
import { type OperatorAnswer, readAnswer } from "./answer.ts";
import type { OperatorRequest } from "./request.ts";

/** An answer may list every session of a large server. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

/** An act ends sessions in order, ms. */
const ANSWER_MS = 20_000;

/** How often a server that is not there yet is looked for, ms. */
const LOOK_MS = 100;

/** How an act is asked for. */
export interface AskServerOptions {
  /** For how long a server that does not answer yet is waited for, ms; not at all without it. */
  readonly waitMs?: number;
  /** Ends the waiting. */
  readonly stop?: AbortSignal;
}

/**
 * Asks.
 *
 * @param path The socket.
 * @param request What.
 * @param options Whether a server that starts is waited for.
 * @returns What the server answered.
 * @throws {ChatError} CONNECTION if no server answers there; FILE if the system refuses; what the server
 * refused with; TIMEOUT; FORMAT.
 */
export async function askServer(
  path: string,
  request: OperatorRequest,
  options: AskServerOptions = {},
): Promise<OperatorAnswer> {
  requireSocketPath(path);
  using conn = await connectInTime(path, options);
  try {
    await writeLine(conn, request);
  } catch {
    // It may have answered and gone: then the answer says why.
  }
  const value = await readLine(conn, { maxBytes: ANSWER_MAX_BYTES, withinMs: ANSWER_MS });
  if (value === undefined) throw noServer(path, "it closed without an answer");
  return readAnswer(answerOf(value), request.act);
}

/** Nothing was asked yet, so that trying again does nothing twice. */
async function connectInTime(
  path: string,
  { waitMs = 0, stop }: AskServerOptions,
): Promise<Deno.Conn> {
  for (const endMs = performance.now() + waitMs;;) {
    try {
      return await connect(path);
    } catch (thrown) {
      const isOver = performance.now() >= endMs || stop?.aborted === true;
      if (isOver || !(thrown instanceof ChatError) || thrown.code !== "CONNECTION") throw thrown;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function connect(path: string): Promise<Deno.Conn> {
  try {
    return await Deno.connect({ transport: "unix", path });
  } catch (thrown) {
    const isNobody = thrown instanceof Deno.errors.NotFound ||
      thrown instanceof Deno.errors.ConnectionRefused;
    if (isNobody) throw noServer(path, "no server answers there");
    throw fileFault("use admin socket", path, thrown);
  }
}

function noServer(path: string, why: string): ChatError {
  return new ChatError("CONNECTION", `cannot use admin socket "${printable(path)}": ${why}`, {
    hint: "run it in the folder of a running server, or name the socket: --admin-socket PATH",
  });
}
