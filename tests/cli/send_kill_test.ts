/**
 * The server killed while `send` and `tail` run in pipelines: what the exit status says is so.
 *
 * 2 rounds; SECURECHAT_SEND_ROUNDS=50 for more, SECURECHAT_SEED=x for other moments.
 */

import { parseCertificatePem } from "../../src/pki/certificate.ts";
import { ProgramFolder } from "../testkit/program.ts";
import { SeededRandom } from "../testkit/seeded_random.ts";
import { type SendRound, sendRound } from "../testkit/send_round.ts";

const ROUNDS = Number(Deno.env.get("SECURECHAT_SEND_ROUNDS") ?? 2);
const SEED = Deno.env.get("SECURECHAT_SEED") ?? "send";

Deno.test(`send and tail while the server is killed ${ROUNDS} times: status 0 means in the log, once`, async () => {
  await using folder = await ProgramFolder.ofTeam(["alice", "bob"]);
  const pem = await Deno.readTextFile(`${folder.path}/certs/ca-cert.pem`);
  const ca = parseCertificatePem(pem, "ca");
  const random = new SeededRandom(SEED);
  const rounds: SendRound[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    rounds.push(await sendRound(folder, { ca, number, random }));
  }
  const statuses = [...new Set(rounds.map(({ status }) => status))].sort((a, b) => a - b);
  const sum = (of: readonly SendRound[], pick: (round: SendRound) => number) =>
    of.reduce((all, one) => all + pick(one), 0);
  // deno-lint-ignore no-console -- the campaign's figures
  console.table(statuses.map((status) => {
    const of = rounds.filter((round) => round.status === status);
    return {
      status,
      rounds: of.length,
      delivered: sum(of, ({ delivered }) => delivered),
      unknown: sum(of, ({ unknown }) => unknown),
      tailed: sum(of, ({ tailed }) => tailed),
    };
  }));
});
