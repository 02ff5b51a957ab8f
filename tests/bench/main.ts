/**
 * `deno task bench`: all figures, with the goal and the original system's figure where there is one.
 *
 * @module
 */

import { benchChat } from "./chat.ts";
import { benchIdle } from "./idle.ts";
import { benchIdleRooms } from "./idle_rooms.ts";
import { benchParts } from "./parts.ts";
import { benchRooms } from "./rooms.ts";
import { benchSignIn } from "./sign_in.ts";
import { benchStart } from "./start.ts";
import { type BenchResult, benchVerify } from "./verify.ts";

/** Goals, and what the original did on a machine of two cores, by the start of a figure's name. */
const GOALS: Readonly<Record<string, string>> = {
  "session set-up": "goal ≤ 40, original 405",
  "ping-pong": "goal ≥ 100, original 11",
  "one sender": "goal ≥ 350, original 676 (its RSA is OpenSSL's)",
  "10 senders": "goal ≥ 500, original: one client at a time",
  "verify a transcript": "goal ≥ 4000, original 1600",
  "start of --help, times": "goal ≤ 4",
  "RSA-2048: set-up, median": "goal ≤ 25",
  "Ed25519: set-up, median": "goal ≤ 10",
  "Ed25519: from said to shown": "goal ≤ 3",
  "Ed25519: one sender, durable": "goal ≥ 2000",
  "RSA-2048: one sender, durable": "goal ≥ 350",
  "server's memory for each in a room": "goal ≤ 100",
};

const SECTIONS = {
  "Start": benchStart,
  "Where the time goes": benchParts,
  "Signing in": benchSignIn,
  "Conversation": benchChat,
  "Audit": benchVerify,
  "Idle sessions": benchIdle,
  "Rooms": benchRooms,
  "Idle rooms": benchIdleRooms,
} as const;

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function show({ name, value, unit }: BenchResult): void {
  const goal = Object.entries(GOALS).find(([start]) => `${name}, ${unit}`.startsWith(start))?.[1];
  print(`  ${name.padEnd(46)} ${String(value).padStart(8)} ${unit.padEnd(14)} ${goal ?? ""}`);
}

const wanted = Deno.args[0];
print(`${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}`);
for (const [title, bench] of Object.entries(SECTIONS)) {
  if (wanted !== undefined && title.toLowerCase() !== wanted.toLowerCase()) continue;
  print(title);
  for (const result of await bench()) show(result);
}
