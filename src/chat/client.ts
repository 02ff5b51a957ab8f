/**
 * The chat client: dials a server and runs a session on the connection.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Identity } from "../pki/identity.ts";
import type { Input, Session, SessionEvent } from "../protocol/session.ts";
import { Connection } from "./connection.ts";
import { openSocket } from "./open_socket.ts";
import { CLIENT_LIMITS, type Limits } from "./limits.ts";
import { type RecordingOptions, startRecording } from "./recording.ts";

/** What a client is made of. */
export interface ClientOptions extends RecordingOptions {
  readonly host: string;
  readonly port: number;
  /** A client session of the protocol that is wanted, before its first input. */
  readonly session: Session;
  readonly identity: Identity;
  readonly limits?: Limits;
  /** Gives up dialling. */
  readonly signal?: AbortSignal;
  now(): number;
  /** Told of every event, in order; what it returns is the session's next input. */
  onEvent(event: SessionEvent): Promise<Input | undefined> | undefined | void;
}

/**
 * Dials a server.
 *
 * @param options Where to, as whom, and who is told.
 * @returns The connection; nothing has been sent before its `run()`.
 * @throws {ChatError} CONNECTION if nobody answers there.
 * @throws {DOMException} The signal's reason, if that gave up.
 */
export async function dial(options: ClientOptions): Promise<Connection> {
  const conn = await openSocket(options);
  let server: Certificate | undefined;
  return new Connection({
    conn,
    session: options.session,
    limits: options.limits ?? CLIENT_LIMITS,
    isServer: false,
    now: options.now,
    openTranscript: (sessionKey) => {
      if (server === undefined) throw new ChatError("INTERNAL", "no certificate is known");
      return startRecording(options, {
        role: "client",
        client: options.identity.certificate,
        server,
        startedMs: options.now(),
        sessionKey,
      });
    },
    onEvent: (event) => {
      if (event.kind === "peer") server = event.certificate;
      return options.onEvent(event);
    },
  });
}
