/**
 * The hostile side of `hostile.ts`, in a process of its own: it attacks until it is told to end, and then
 * tells what the server answered.
 *
 * @module
 */

import { trustIn } from "../../src/pki/trust.ts";
import { jsonLines, tell } from "./driver_process.ts";
import { Assault } from "./hostile/assault.ts";
import { deaf, flood } from "./hostile/members.ts";
import { hellos, silent, strangers, trickle } from "./hostile/strangers.ts";
import { Issuer } from "./issuer.ts";

const ATTACKS: Readonly<Record<string, (assault: Assault) => Promise<void>>> = {
  silent,
  trickle,
  hellos,
  strangers,
  deaf,
  flood,
};

const orders = jsonLines(Deno.stdin.readable);
const { value: job } = await orders.next();
const issuer = Issuer.of(job.ca);
const trust = trustIn(issuer.certificate);
const assaults = new Map(
  (job.attacks as readonly string[]).map((name) => [
    name,
    new Assault({ port: job.port, issuer, trust }),
  ]),
);
for (const [name, assault] of assaults) {
  const attack = ATTACKS[name];
  if (attack === undefined) throw new Error(`no such attack: ${name}`);
  void attack(assault); // what it throws ends this process, and the bench
}
tell({ kind: "begun" });
await orders.next(); // the end
const reports = [...assaults].map(async ([name, assault]) => {
  const held = assault.held;
  await assault.end();
  return [name, { held, ...assault.tally.report() }] as const;
});
tell({ kind: "ended", reports: Object.fromEntries(await Promise.all(reports)) });
Deno.exit(0);
