/**
 * `deno task attack`: runs every attack and prints what became of it. Exit status 0 only if all held.
 *
 * @module
 */

import { ALL_ATTACKS, CLASSIC_ATTACKS } from "./all.ts";
import { ROOM_ATTACKS } from "./v2/all.ts";
import { type Attack, missingFor } from "./attack.ts";

type Row = readonly [name: string, expected: string, got: string, where: string, verdict: string];

const HEAD: Row = ["attack", "expected", "got", "where it is caught", "verdict"];

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function widths(): readonly number[] {
  const rows = ALL_ATTACKS.map(({ name, expected, where }) => [name, expected, expected, where]);
  return [0, 1, 2, 3].map((column) =>
    Math.max(...[HEAD, ...rows].map((row) => row[column]?.length ?? 0))
  );
}

function line(row: Row, columns: readonly number[]): string {
  return row.map((cell, index) => cell.padEnd(columns[index] ?? 0)).join("  ").trimEnd();
}

async function judge(attack: Attack): Promise<Row> {
  const { name, expected, where } = attack;
  const missing = await missingFor(attack);
  if (missing !== undefined) return [name, expected, "-", where, missing];
  const got = await attack.run().catch((error: unknown) => `broke off: ${String(error)}`);
  return [name, expected, got, where, got === expected ? "held" : "FAILED"];
}

async function main(): Promise<number> {
  const columns = widths();
  const tables = [["securechat/1", CLASSIC_ATTACKS], ["securechat/2", ROOM_ATTACKS]] as const;
  const verdicts: string[] = [];
  for (const [protocol, attacks] of tables) {
    print(`\n${protocol}\n${line(HEAD, columns)}`);
    print(columns.map((width) => "-".repeat(width)).concat("-------").join("  "));
    for (const attack of attacks) {
      const row = await judge(attack);
      print(line(row, columns));
      verdicts.push(row[4]);
    }
  }
  const held = verdicts.filter((verdict) => verdict === "held").length;
  print(`\n${held} of ${verdicts.length} attacks failed to do harm, as promised`);
  return held === verdicts.length ? 0 : 1;
}

Deno.exitCode = await main();
