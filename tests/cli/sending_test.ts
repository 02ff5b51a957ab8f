import assert from "node:assert/strict";
import { dialRoom } from "../../src/chat/room_dial.ts";
import { RoomsClient } from "../../src/chat/rooms_client.ts";
import { CLIENT_LIMITS } from "../../src/chat/limits.ts";
import { Sending } from "../../src/cli/sending.ts";
import { ChatError } from "../../src/errors.ts";
import { RoomFile } from "../../src/transcript/v2/room_file.ts";
import { identity2, SERVER2_NAME, trust2 } from "../testkit/identities2.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { STARTED_MS, startRoomWorld } from "../testkit/room_server_world.ts";

/** From a moment on, the clients' transcripts cannot be written. */
function breakableFiles(): { isBroken: boolean } & Disposable {
  const { append } = RoomFile.prototype;
  const files = {
    isBroken: false,
    [Symbol.dispose]: () => void (RoomFile.prototype.append = append),
  };
  RoomFile.prototype.append = function (objects) {
    const isRefused = files.isBroken && this.path.includes("client_");
    return isRefused
      ? Promise.reject(new ChatError("FILE", "cannot write: input/output error"))
      : append.call(this, objects);
  };
  return files;
}

Deno.test("send calls a message unknown that is in the log and could not be written here", async () => {
  await using world = await startRoomWorld();
  using files = breakableFiles();
  const own = await identity2("alice", "client", { nowMs: STARTED_MS });
  const trust = await trust2();
  const io = memoryIo();
  const sending = new Sending({
    ...{ io, room: "main", source: ["pump 2 is off"], waitMs: 1_000, json: false },
  });
  const client = new RoomsClient({
    self: { name: "alice", fingerprint: own.fingerprint },
    rooms: [{ room: "main", want: 0 }],
    ...{ returns: true, signal: io.stop, random: () => 0 },
    onEvent: (event) => {
      if (event.kind === "entered") files.isBroken = true;
      if (event.kind !== "sign_in_wanted") sending.react(event);
    },
    dial: (dialled) =>
      dialRoom({
        ...{ host: "127.0.0.1", port: world.server.address.port, serverName: SERVER2_NAME },
        ...{ own, trust, transcriptDir: `${world.dir}/c`, explain: false, now: Date.now },
        ...{ limits: CLIENT_LIMITS, ...dialled },
      }),
  });
  assert.equal(await sending.run(client), 3, io.stderr());
  assert.match(io.stderr(), /message 1 may be in the log or not: look before sending it again/);
  const placed = world.serverEvents.filter((event) =>
    event.kind === "session" && event.event.kind === "said"
  );
  assert.equal(placed.length, 1);
});
