/**
 * Memory of idle sessions of protocol 2, at a real server in a process of its own.
 *
 * Whoever joins is told to all in the room, so a room of a thousand would measure half a million
 * deliveries: the sessions are spread over rooms, which are open before the first figure.
 *
 * @module
 */

import { residentBytes } from "./process_figures.ts";
import { type BenchClient, startRoomServer } from "./room_process.ts";
import type { BenchResult } from "./verify.ts";

const SESSIONS = 1_000;
const ROOMS = 100;
const WARM = 20;
const AT_ONCE = 10;

/** Idle sessions held, and the server's resident memory for each. */
export async function benchIdleRooms(): Promise<readonly BenchResult[]> {
  const rooms = Array.from({ length: ROOMS }, (_, index) => `room-${index}`);
  await using server = await startRoomServer("ed25519", rooms);
  const clients: BenchClient[] = [];
  const join = async (count: number) => {
    for (let index = 0; index < count; index += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, async (_, place) => {
        const own = await server.identity(`idle${clients.length + place}`);
        return await server.join(own, rooms[(clients.length + place) % ROOMS]);
      });
      clients.push(...await Promise.all(some));
    }
  };
  await join(WARM);
  const before = await residentBytes(server.pid);
  await join(SESSIONS);
  const after = await residentBytes(server.pid);
  const held = clients.filter(({ client }) => client.isOpen).length - WARM;
  await Promise.all(clients.map(({ client }) => client.leave()));
  return [
    { name: "idle sessions held in rooms", value: held, unit: `of ${SESSIONS}` },
    {
      name: "server's memory for each in a room",
      value: Math.round((after - before) / SESSIONS / 1000),
      unit: "KB",
    },
  ];
}
