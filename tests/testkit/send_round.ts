/**
 * One round of a campaign: `send` and `tail` in pipelines while the server is killed and started again;
 * then what their exit status and output promise is compared with what the server's files hold.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Certificate } from "../../src/pki/certificate.ts";
import { verifyRoom } from "../../src/transcript/v2/verify.ts";
import type { ProgramFolder, RunningProgram } from "./program.ts";
import type { SeededRandom } from "./seeded_random.ts";
import { wait } from "./wait.ts";

const LINES = 300;
const LINES_AT_ONCE = 3;
const EVERY_MS = 8;
const KILL_WITHIN_MS = 1_500;
const AWAY_MS = 300;

/** What a round did and found. */
export interface SendRound {
  readonly status: number;
  readonly delivered: number;
  readonly unknown: number;
  readonly tailed: number;
}

/**
 * Plays a round.
 *
 * @param folder With certificates of the server, alice and bob.
 * @param options The CA, whose turn it is, and chance.
 * @returns What happened; throws where a promise was not kept.
 */
export async function sendRound(
  folder: ProgramFolder,
  { ca, number, random }: {
    readonly ca: Certificate;
    readonly number: number;
    readonly random: SeededRandom;
  },
): Promise<SendRound> {
  const common = ["--transcripts", `t${number}`, "--logs", `l${number}`];
  const serve = async (port: string) => {
    const server = folder.start([
      ...["serve", "--port", port, "--protocol", "2", "--sign-in", "certificate", ...common],
    ]);
    await server.closeInput();
    const [, address = ""] = await server.until("stderr", /listening on (\S+:\d+)/);
    return { server, address };
  };
  const first = await serve("0");
  const { address } = first;
  const as = (name: string) => [
    ...["--server", address, "--server-name", "chat.test", ...common],
    ...["--cert", `certs/${name}-cert.pem`, "--key", `certs/${name}-key.pem`],
  ];
  const tail = folder.start(["tail", "main", "--json", ...as("bob")]);
  await tail.until("stdout", /"event":"entered"/);
  const send = folder.start(["send", "main", "--json", "--wait", "10", ...as("alice")]);
  const feeding = feed(send, number);
  await wait(random.below(KILL_WITHIN_MS));
  first.server.kill("SIGKILL");
  await folder.finish(first.server);
  await wait(random.below(AWAY_MS));
  const second = await serve(address.split(":")[1] ?? "");
  await feeding;
  const { status, stdout, stderr } = await folder.finish(send);
  tail.kill("SIGTERM");
  const tailed = textsOf((await folder.finish(tail)).stdout);
  second.server.kill("SIGTERM");
  await folder.finish(second.server);
  const placed = await placedTexts(`${folder.path}/t${number}`, ca);
  const delivered = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line).id as number);
  const unknown = [...stderr.matchAll(/message (\d+) may be in the log or not/g)]
    .map(([, id]) => Number(id));
  check({ number, status, delivered, unknown, placed, tailed, stderr });
  return {
    status,
    delivered: delivered.length,
    unknown: unknown.length,
    tailed: tailed.length,
  };
}

async function feed(send: RunningProgram, number: number): Promise<void> {
  for (let id = 1; id <= LINES; id += LINES_AT_ONCE) {
    const lines = Array.from({ length: LINES_AT_ONCE }, (_, index) => textOf(number, id + index));
    await send.write(lines.map((line) => `${line}\n`).join(""));
    await wait(EVERY_MS);
  }
  await send.closeInput();
}

function textOf(number: number, id: number): string {
  return `round ${number}, message ${id}`;
}

function textsOf(stdout: string): readonly string[] {
  return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line))
    .filter(({ event }) => event === "message").map(({ text }) => text);
}

/** What all logs of the server hold, with how often. */
async function placedTexts(dir: string, ca: Certificate): Promise<ReadonlyMap<string, number>> {
  const placed = new Map<string, number>();
  for await (const { name } of Deno.readDir(dir)) {
    const bytes = await Deno.readFile(`${dir}/${name}`);
    const texts: string[] = [];
    const { report } = await verifyRoom(bytes, {
      anchors: [ca],
      onEntry: ({ kind, text }) => void (kind === "say" && texts.push(text)),
    });
    assert.ok(report.verdict !== "INVALID", `${name}: ${JSON.stringify(report.findings)}`);
    if (report.role !== "server") continue;
    for (const text of texts) placed.set(text, (placed.get(text) ?? 0) + 1);
  }
  return placed;
}

function check({ number, status, delivered, unknown, placed, tailed, stderr }: {
  readonly number: number;
  readonly status: number;
  readonly delivered: readonly number[];
  readonly unknown: readonly number[];
  readonly placed: ReadonlyMap<string, number>;
  readonly tailed: readonly string[];
  readonly stderr: string;
}): void {
  assert.ok([0, 3, 75].includes(status), `exit status ${status}: ${stderr}`);
  for (const [text, count] of placed) assert.equal(count, 1, `"${text}" is there ${count} times`);
  const isPlaced = (id: number) => placed.has(textOf(number, id));
  for (const id of delivered) assert.ok(isPlaced(id), `message ${id} was told of and is not there`);
  const all = Array.from({ length: LINES }, (_, index) => index + 1);
  if (status === 0) assert.ok(all.every(isPlaced), "status 0, and not every message is in the log");
  if (status !== 0) assert.ok(delivered.length < LINES, `status ${status}, and all is in the log`);
  if (status === 3) assert.ok(unknown.length > 0);
  for (const id of all) {
    const isKnown = delivered.includes(id) || unknown.includes(id);
    if (!isKnown) assert.ok(!isPlaced(id), `message ${id} was not told of, and is in the log`);
  }
  assert.equal(new Set(tailed).size, tailed.length, "tail has printed a line twice");
  for (const text of tailed) assert.ok(placed.has(text), `tail has printed "${text}"`);
}
