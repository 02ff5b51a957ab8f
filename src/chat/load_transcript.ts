import type { ChatError } from "../errors.ts";
import type { Authors } from "../protocol/v2/authors.ts";
import type { ClientRoom } from "../protocol/v2/client_room.ts";
import { encodeMessage, type Message } from "../protocol/v2/messages.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";
import type { RoomEvent } from "../protocol/v2/room_event.ts";
import { RoomFile } from "../transcript/v2/room_file.ts";

/** Whose transcript, and where. */
export interface LoadTranscriptOptions {
  readonly folder: string;
  readonly own: PeerIdentity;
  readonly authors: Authors;
  readonly room: ClientRoom;
  readonly session: string;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/**
 * The transcript of a load test's member: the lines of PROTOCOL-2 §8. Nobody is shown anything, so nobody
 * waits for the disk before the end.
 */
export class LoadTranscript {
  readonly #options: LoadTranscriptOptions;
  readonly #file: RoomFile;
  #flushed: Promise<void> = Promise.resolve();
  #failed: Uint8Array | undefined;

  /** Use {@link LoadTranscript.begin}. */
  constructor(options: LoadTranscriptOptions, file: RoomFile) {
    this.#options = options;
    this.#file = file;
  }

  /**
   * Begins a transcript.
   *
   * @param joined What the server answered; it was checked.
   * @param options Whose, and where.
   * @returns It, once its first lines are on the disk.
   * @throws {ChatError} FILE if the system refuses.
   */
  static async begin(
    joined: Message<"joined">,
    options: LoadTranscriptOptions,
  ): Promise<LoadTranscript> {
    const { folder, own, authors: { server }, session, nowMs } = options;
    const { joinedHead: { room, log, from } } = options.room;
    const header = {
      ...{ chain: own.chain, server: server.chain, room, log, session },
      ...{ size: from, peaks: joined.peaks, startedMs: nowMs },
    };
    const head = encodeMessage({ type: "head", head: joined.head, sig: joined.sig });
    const file = await RoomFile.create(folder, "client", header, [head]);
    return new LoadTranscript(options, file);
  }

  /** Where it is. */
  get path(): string {
    return this.#file.path;
  }

  /**
   * Writes an entry, after its author's chain where that is its first.
   *
   * @param object The message as it came.
   * @param event What it means.
   */
  entry(object: Uint8Array, { fingerprint, isOwn }: RoomEvent): void {
    const { own, authors } = this.#options;
    const author = isOwn ? own : authors.find(fingerprint);
    this.#write(author === authors.server ? undefined : author?.chain, object);
  }

  /** Writes a head of the server, as it came. */
  head(object: Uint8Array): void {
    this.#write(undefined, object);
  }

  /** Writes a head of this side, as it is sent. */
  ownHead(object: Uint8Array): void {
    this.#write(this.#options.own.chain, object);
  }

  /** Keeps the first object that failed, as it was, for the last line. */
  failed(object: Uint8Array): void {
    this.#failed ??= object;
  }

  /**
   * Ends it.
   *
   * @param error Why the session ended before its time.
   * @throws {ChatError} FILE if the system has refused a line.
   */
  async end(error: ChatError | undefined): Promise<void> {
    await this.#file.end({ code: error?.code ?? "OK", record: this.#failed?.toBase64() ?? "" });
    await this.#flushed;
  }

  #write(chain: PeerIdentity["chain"] | undefined, line: Uint8Array): void {
    const peer = chain && this.#file.peerLine(chain);
    this.#flushed = this.#file.append(peer === undefined ? [line] : [peer, line]);
    this.#flushed.catch(() => undefined); // the end waits for it
  }
}
