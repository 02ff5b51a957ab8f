import { dialRoom } from "../chat/room_dial.ts";
import type { WantedRoom } from "../chat/room_client.ts";
import { RoomsClient } from "../chat/rooms_client.ts";
import type { ToldEvent } from "../chat/rooms_event.ts";
import { asChatError } from "../errors.ts";
import type { ClientSetup } from "./client_setup.ts";
import type { Io } from "./io.ts";

/** What a command wants of its client. */
export interface RoomsConnectionOptions {
  readonly setup: ClientSetup;
  /** Joined at first. */
  readonly rooms: readonly WantedRoom[];
  /** Whether it comes back by itself. */
  readonly returns: boolean;
  readonly explain?: boolean;
  /** Told of every event, in order, but for the question how to sign in. */
  onEvent(event: ToldEvent): Promise<void> | void;
}

/**
 * Makes the client of a command, which signs in as its options say.
 *
 * @param io The world; Ctrl-C and SIGTERM make the client leave in order.
 * @param options Who, where, which rooms, and who is told.
 * @returns The client, before its `run()`.
 */
export function roomsConnection(io: Io, options: RoomsConnectionOptions): RoomsClient {
  const { setup: { config, own, trust, serverName, choose }, explain = false } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([io.stop, ended.signal]);
  const signIn = async () => {
    try {
      const choice = await choose(signal);
      if (choice === undefined) await client.leave();
      else await client.signIn(choice);
    } catch (thrown) {
      if (signal.aborted) return;
      await client.giveUp(asChatError(thrown));
    }
  };
  const client: RoomsClient = new RoomsClient({
    self: { name: own.name, fingerprint: own.fingerprint },
    rooms: options.rooms,
    returns: options.returns,
    signal: io.stop,
    random: Math.random,
    onEvent: (event) => {
      // Not awaited: while the person thinks, the connection must see the server's goodbye.
      if (event.kind === "sign_in_wanted") return void signIn();
      if (event.kind === "ended" || event.kind === "lost") ended.abort();
      if (event.kind === "ended") io.stop.removeEventListener("abort", leave);
      return options.onEvent(event);
    },
    dial: (dialled) =>
      dialRoom({
        ...{ host: config.serverHost, port: config.serverPort, signal: io.stop, now: io.now },
        ...{ own, trust, serverName, explain, transcriptDir: config.transcriptDir },
        ...dialled,
      }),
  });
  const leave = () => void client.leave();
  io.stop.addEventListener("abort", leave);
  return client;
}
