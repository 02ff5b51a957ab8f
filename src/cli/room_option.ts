/**
 * The option that names a room, at the server and at the client.
 *
 * @module
 */

import type { ValueParser } from "@optique/core/valueparser";
import { isRoomName } from "../protocol/v2/room_name.ts";
import { checkedValue } from "./args.ts";

/** The room of a server whose operator names none. */
export const DEFAULT_ROOM = "main";

/** A room's name. */
export const roomValue: ValueParser<"sync", string> = checkedValue<string>({
  metavar: "NAME",
  placeholder: "",
  expected: "1 to 140 printable ASCII characters",
  read: (text) => isRoomName(text) ? text : undefined,
});
