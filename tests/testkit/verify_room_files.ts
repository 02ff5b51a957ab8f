import { verifyRoom } from "../../src/transcript/v2/verify.ts";
import { ca2 } from "./identities2.ts";
import type { RoomWorld } from "./room_server_world.ts";

/**
 * Verifies all transcripts of a world, those of the clients first.
 *
 * @param world The world; its server has stopped.
 * @returns What is said of each.
 */
export async function verifyFiles(world: RoomWorld): Promise<readonly string[]> {
  const { certificate } = await ca2();
  const paths = [...world.transcripts("client"), ...world.transcripts("server")];
  return await Promise.all(paths.map(async (path) => {
    const { report } = await verifyRoom(await Deno.readFile(path), { anchors: [certificate] });
    return report.verdict;
  }));
}
