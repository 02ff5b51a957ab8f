/**
 * kill -9 under load: nothing that anybody was shown is lost, and every file verifies.
 *
 * 3 rounds; SECURECHAT_KILL_ROUNDS=100 for more, SECURECHAT_SEED=x for other victims and moments.
 */

import { parseCertificatePem } from "../../src/pki/certificate.ts";
import { type KillRound, killRound, TALKERS } from "../testkit/kill_round.ts";
import { ProgramFolder } from "../testkit/program.ts";
import { SeededRandom } from "../testkit/seeded_random.ts";

const ROUNDS = Number(Deno.env.get("SECURECHAT_KILL_ROUNDS") ?? 3);
const SEED = Deno.env.get("SECURECHAT_SEED") ?? "kill";

Deno.test(`server or client killed ${ROUNDS} times under load: nothing that was shown is lost`, async () => {
  await using folder = await ProgramFolder.ofTeam(TALKERS);
  const pem = await Deno.readTextFile(`${folder.path}/certs/ca-cert.pem`);
  const ca = parseCertificatePem(pem, "ca");
  const random = new SeededRandom(SEED);
  const rounds: KillRound[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    rounds.push(await killRound(folder, { ca, number, random }));
  }
  const victims = [...new Set(rounds.map(({ victim }) => victim))];
  const rows = victims.map((victim) => {
    const of = rounds.filter((round) => round.victim === victim);
    const sum = (pick: (round: KillRound) => number) => of.reduce((all, one) => all + pick(one), 0);
    return {
      victim,
      rounds: of.length,
      acknowledged: sum(({ acknowledged }) => acknowledged),
      valid: sum(({ files }) => files["VALID"] ?? 0),
      soFar: sum(({ files }) => files["VALID SO FAR"] ?? 0),
      longestTailMs: Math.max(...of.map(({ tailMs }) => tailMs)),
    };
  });
  // deno-lint-ignore no-console -- the campaign's figures
  console.table(rows);
});
