/**
 * Opens the transcript of a session, and keeps its key where that is wished.
 *
 * @module
 */

import { randomBytes } from "../crypto/entropy.ts";
import type { Certificate } from "../pki/certificate.ts";
import { writePrivate } from "../store/private_file.ts";
import { encodeSessionKey, sessionKeyPath } from "../transcript/v1/session_key.ts";
import { openTranscript, type TranscriptWriter } from "../transcript/v1/writer.ts";

const SESSION_ID_BYTES = 8; // 16 hex digits, PROTOCOL-1 "Transcript file"

/** Where and how sessions are recorded. */
export interface RecordingOptions {
  /** Folder of the transcripts. */
  readonly transcriptDir: string;
  /** Write each session's key beside its transcript, mode 0600. */
  readonly keepSessionKey: boolean;
}

/** Whose session it is. */
export interface Parties {
  readonly role: "client" | "server";
  readonly client: Certificate;
  readonly server: Certificate;
  readonly startedMs: number;
  readonly sessionKey: Uint8Array;
}

/**
 * Starts the record of a session.
 *
 * @param options Where and how.
 * @param parties Whose session it is.
 * @returns The transcript's writer.
 * @throws {ChatError} FILE if a file cannot be written.
 */
export async function startRecording(
  options: RecordingOptions,
  parties: Parties,
): Promise<TranscriptWriter> {
  const writer = await openTranscript({
    dir: options.transcriptDir,
    role: parties.role,
    sessionId: randomBytes(SESSION_ID_BYTES).toHex(),
    startedMs: parties.startedMs,
    clientCertificate: parties.client,
    serverCertificate: parties.server,
  });
  if (options.keepSessionKey) {
    await writePrivate(sessionKeyPath(writer.path), encodeSessionKey(parties.sessionKey));
  }
  return writer;
}
