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

/**
 * Asks.
 *
 * @param path The socket.
 * @param request What.
 * @returns What the server answered.
 * @throws {ChatError} CONNECTION if no server answers there; FILE if the system refuses; what the server
 * refused with; TIMEOUT; FORMAT.
 */
export async function askServer(path: string, request: OperatorRequest): Promise<OperatorAnswer> {
  requireSocketPath(path);
  using conn = await connect(path);
  try {
    await writeLine(conn, request);
  } catch {
    // It may have answered and gone: then the answer says why.
  }
  const value = await readLine(conn, { maxBytes: ANSWER_MAX_BYTES, withinMs: ANSWER_MS });
  if (value === undefined) throw noServer(path, "it closed without an answer");
  return readAnswer(answerOf(value), request.act);
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
