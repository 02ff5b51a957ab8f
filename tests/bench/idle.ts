/**
 * Memory of idle sessions, at a real server in a process of its own.
 *
 * @module
 */

import { startServerProcess } from "./server_process.ts";
import type { BenchResult } from "./verify.ts";

const SESSIONS = 500;
const AT_ONCE = 10;

/** Idle sessions held, and the server's resident memory for each. */
export async function benchIdle(): Promise<readonly BenchResult[]> {
  await using server = await startServerProcess();
  const warm = await Promise.all(Array.from({ length: 20 }, (_, n) => server.join(`warm${n}`)));
  const before = await server.residentBytes();
  const idle = [...warm];
  for (let index = 0; index < SESSIONS; index += AT_ONCE) {
    const names = Array.from({ length: AT_ONCE }, (_, n) => `idle${index + n}`);
    idle.push(...await Promise.all(names.map((name) => server.join(name))));
  }
  const after = await server.residentBytes();
  const held = idle.filter((connection) => connection.isOpen).length - warm.length;
  const kib = Math.round((after - before) / SESSIONS / 1024);
  await Promise.all(idle.map((connection) => connection.leave()));
  return [
    { name: "idle sessions held", value: held, unit: `of ${SESSIONS}` },
    { name: "server's memory for each", value: kib, unit: "KiB" },
  ];
}
