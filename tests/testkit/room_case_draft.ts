import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { type Message } from "../../src/protocol/v2/messages.ts";
import { HandRoom, sessionName } from "./hand_room.ts";

/** Sessions of Alice, of Bob, and of nobody. */
export const [ALICE, BOB, OTHER] = [1, 2, 3].map(sessionName) as [string, string, string];

/** Who there is. */
export interface Scene {
  readonly room: HandRoom;
  readonly alice: OwnIdentity;
  readonly bob: OwnIdentity;
}

/** A case before it is made. */
export type Draft = readonly [
  name: string,
  section: string,
  expect: string,
  make: (scene: Scene) => Promise<readonly Message[]>,
];
