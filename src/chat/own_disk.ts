import { ChatError } from "../errors.ts";
import type { SessionEvent } from "../protocol/session.ts";
import type { RoomFile } from "../transcript/v2/room_file.ts";

/** What it needs. */
export interface OwnDiskOptions {
  /** The transcript, which waits for room from now on. */
  readonly file: RoomFile;
  now(): number;
  /** Told when the disk is full and when it has room again. Must not throw. */
  onEvent(event: SessionEvent): void;
  /** Called before that. Must not throw. */
  onChange(isFull: boolean): void;
}

/** The disk of a client's transcript: full for a while, or not. */
export class OwnDisk {
  readonly #options: OwnDiskOptions;
  #stalled: PromiseWithResolvers<void> | undefined;
  #roomMs = 0;

  /** @param options The file, and who is told. */
  constructor(options: OwnDiskOptions) {
    this.#options = options;
    options.file.waitForRoom({
      onStall: (error) => this.#stall(error),
      onResume: () => this.#resume(),
    });
  }

  /** While it is full: ends when there is room, or nobody waits for it any more. */
  get stalled(): Promise<void> | undefined {
    return this.#stalled?.promise;
  }

  /** When there was room again, milliseconds since the Unix epoch; 0 before. */
  get roomMs(): number {
    return this.#roomMs;
  }

  /**
   * Lets nothing be said while nothing can be written.
   *
   * @throws {ChatError} FILE while the disk is full.
   */
  requireRoom(): void {
    if (this.#stalled !== undefined) throw diskFull("say this");
  }

  /** Nobody waits for room any more. */
  end(): void {
    this.#stalled?.resolve();
  }

  #stall(cause: ChatError): void {
    this.#stalled = Promise.withResolvers();
    this.#options.onChange(true);
    this.#options.onEvent({ kind: "disk", error: diskFull("show or say more", cause) });
  }

  #resume(): void {
    this.#stalled?.resolve();
    this.#stalled = undefined;
    this.#roomMs = this.#options.now();
    this.#options.onChange(false);
    this.#options.onEvent({ kind: "disk" });
  }
}

function diskFull(act: string, cause?: ChatError): ChatError {
  return new ChatError("FILE", `cannot ${act}: the disk of this machine is full`, {
    hint: "make room: then it goes on by itself, and nothing that was sent is lost",
    cause,
  });
}
