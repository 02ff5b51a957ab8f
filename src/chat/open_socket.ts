import { ChatError } from "../errors.ts";

/** Dialling takes no longer, ms. */
const DIAL_MS = 10_000;

/** Where a socket goes. */
export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** Gives up dialling. */
  readonly signal?: AbortSignal;
}

/**
 * Connects to a server.
 *
 * @param options Where to.
 * @returns The socket.
 * @throws {ChatError} CONNECTION if nobody answers there.
 * @throws {DOMException} The signal's reason, if that gave up.
 */
export async function openSocket({ host, port, signal }: DialOptions): Promise<Deno.TcpConn> {
  const late = AbortSignal.timeout(DIAL_MS);
  const either = signal === undefined ? late : AbortSignal.any([late, signal]);
  try {
    return await Deno.connect({ hostname: host, port, signal: either });
  } catch (thrown) {
    signal?.throwIfAborted();
    const where = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const why = dialFault(thrown, late);
    throw new ChatError("CONNECTION", `cannot connect to ${where}: ${why}`, { cause: thrown });
  }
}

function dialFault(thrown: unknown, signal: AbortSignal): string {
  if (signal.aborted) return `no answer within ${DIAL_MS / 1000} s`;
  if (thrown instanceof Deno.errors.ConnectionRefused) return "nobody listens there";
  return "the name is unknown or the host cannot be reached";
}
