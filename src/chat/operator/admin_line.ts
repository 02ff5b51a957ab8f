/**
 * The lines of the admin socket: one request, one answer, each a JSON object with a line end.
 *
 * @module
 */

import { z } from "zod";
import { ChatError, type ErrorCode, ERRORS } from "../../errors.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });
const LINE_END = 0x0a;

/** How much of a line is read, and for how long. */
export interface LineBounds {
  readonly maxBytes: number;
  readonly withinMs: number;
}

/** What came instead of an answer. */
const ANSWERED = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), answer: z.unknown() }),
  z.strictObject({
    ok: z.literal(false),
    error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }),
  }),
]);

/**
 * Reads one line.
 *
 * @param conn Where from.
 * @param bounds How much, for how long.
 * @returns The JSON value in it; nothing if the other side closed without a byte.
 * @throws {ChatError} FRAME_TOO_LARGE; TIMEOUT; FORMAT if it is not one line of JSON in UTF-8; CONNECTION.
 */
export async function readLine(
  conn: Deno.Conn,
  { maxBytes, withinMs }: LineBounds,
): Promise<unknown> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new ChatError("TIMEOUT", `cannot read line: it took over ${withinMs} ms`)),
    withinMs,
  );
  try {
    const line = await Promise.race([untilLineEnd(conn, maxBytes), late.promise]);
    return line === undefined ? undefined : JSON.parse(decoder.decode(line));
  } catch (thrown) {
    if (thrown instanceof ChatError) throw thrown;
    const isIo = thrown instanceof Error && "code" in thrown;
    const text = isIo ? "the connection broke" : "it is not one line of JSON in UTF-8";
    throw new ChatError(isIo ? "CONNECTION" : "FORMAT", `cannot read line: ${text}`, {
      cause: thrown,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function untilLineEnd(
  conn: Deno.Conn,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  let line = new Uint8Array(Math.min(maxBytes, 4_096));
  let length = 0;
  for (;;) {
    if (length === line.length) {
      if (length >= maxBytes) throw tooLong(maxBytes);
      const larger = new Uint8Array(Math.min(maxBytes, 2 * length));
      larger.set(line);
      line = larger;
    }
    const got = await conn.read(line.subarray(length));
    if (got === null && length === 0) return undefined;
    if (got === null) throw new SyntaxError("no line end");
    const end = line.subarray(0, length + got).indexOf(LINE_END, length);
    if (end !== -1) return line.subarray(0, end);
    length += got;
  }
}

function tooLong(maxBytes: number): ChatError {
  return new ChatError("FRAME_TOO_LARGE", `cannot read line: expected at most ${maxBytes} bytes`, {
    hint: "say it in fewer words",
  });
}

/**
 * Writes a line.
 *
 * @param conn Where to.
 * @param value What.
 */
export async function writeLine(conn: Deno.Conn, value: object): Promise<void> {
  let rest: Uint8Array = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
}

/**
 * An error as it goes over the socket.
 *
 * @param error The error: whoever may open the socket may read its words.
 * @returns What is written.
 */
export function refusalLine({ code, message, hint }: ChatError): object {
  return { ok: false, error: { code, message, hint } };
}

/**
 * Reads what a server answered.
 *
 * @param value The line's value.
 * @returns The answer, not yet checked.
 * @throws {ChatError} What the server refused with; FORMAT if it is no answer.
 */
export function answerOf(value: unknown): unknown {
  const result = ANSWERED.safeParse(value);
  if (!result.success) {
    throw new ChatError("FORMAT", "cannot read the server's answer: it does not have its form", {
      hint: "check that server and command are of one version",
    });
  }
  if (result.data.ok) return result.data.answer;
  const { code, message, hint } = result.data.error;
  throw new ChatError(isCode(code) ? code : "INTERNAL", message, { hint });
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
