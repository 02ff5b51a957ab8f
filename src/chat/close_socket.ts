import { within } from "./within.ts";

/** How long is still read, and thrown away, so that closing does not reset our last words, ms. */
const LINGER_MS = 200;

const READ_BYTES = 4096;

/** How a socket is closed. */
export interface CloseOptions {
  /** Whether everything has been written: half a frame is no last word. */
  readonly isDrained: boolean;
}

/**
 * Closes a socket so that what was written last arrives: a close with unread bytes would reset the
 * connection, and the peer might lose what it has not read yet (RFC 1122 §4.2.2.13).
 *
 * @param conn The socket.
 * @param options Whether everything has been written. If not, it is closed at once, which gives up
 * the pending write: `closeWrite()` would wait for that one, for a peer that never reads for ever.
 */
export async function closeSocket(
  conn: Deno.TcpConn,
  { isDrained }: CloseOptions,
): Promise<void> {
  if (isDrained && await within(conn.closeWrite(), LINGER_MS)) {
    await within(readAway(conn), LINGER_MS);
  }
  try {
    conn.close();
  } catch {
    // Closed already, by the other side's reset.
  }
}

async function readAway(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(READ_BYTES);
  while (await conn.read(buffer) !== null);
}
