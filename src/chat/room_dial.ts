import { CLIENT_LIMITS, type Limits } from "./limits.ts";
import { type DialOptions, openSocket } from "./open_socket.ts";
import { RoomClient, type RoomClientOptions } from "./room_client.ts";

/** What is dialled with. */
export interface RoomDialOptions extends DialOptions, Omit<RoomClientOptions, "conn" | "limits"> {
  readonly limits?: Limits;
}

/**
 * Dials a server of protocol 2.
 *
 * @param options Where to, as whom, into which room, and who is told.
 * @returns The client; nothing has been sent before its `run()`.
 * @throws {ChatError} CONNECTION if nobody answers there.
 * @throws {DOMException} The signal's reason, if that gave up.
 */
export async function dialRoom(options: RoomDialOptions): Promise<RoomClient> {
  const conn = await openSocket(options);
  return new RoomClient({ ...options, conn, limits: options.limits ?? CLIENT_LIMITS });
}
