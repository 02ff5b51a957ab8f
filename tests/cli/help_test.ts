import assert from "node:assert/strict";
import type { Usage } from "@optique/core/usage";
import { type CommandModule, type CommandTable } from "../../src/cli/dispatch.ts";
import { COMMANDS, main } from "../../src/main.ts";
import { memoryIo } from "../testkit/memory_io.ts";

interface LoadedModule extends CommandModule {
  /** A group has subcommands; a command has a parser. */
  readonly COMMANDS?: CommandTable;
  readonly parser?: { readonly usage: Usage };
}

interface Leaf {
  readonly words: readonly string[];
  readonly module: LoadedModule;
}

async function collect(table: CommandTable, before: readonly string[] = []): Promise<Leaf[]> {
  const found: Leaf[] = [];
  for (const [name, load] of Object.entries(table)) {
    const module: LoadedModule = await load();
    const words = [...before, name];
    found.push({ words, module });
    if (module.COMMANDS !== undefined) found.push(...await collect(module.COMMANDS, words));
  }
  return found;
}

/** Every option that a parser knows, wherever it is nested. */
function optionsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(optionsOf);
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && value.type === "option" && "names" in value) {
    return value.names as readonly string[];
  }
  return Object.values(value).flatMap(optionsOf);
}

/** The options that a help text lists: what begins a line below "Options:". */
function optionsListed(help: string): readonly string[] {
  const section = /^Options:\n((?: .*\n)+)/m.exec(help)?.[1] ?? "";
  const starts = [...section.matchAll(/^ {2}((?:-[A-Za-z], )?--[a-z-]+)/gm)];
  return starts.flatMap(([, names = ""]) => names.split(", "));
}

const modules = await collect(COMMANDS);

for (const { words, module } of modules) {
  const command = `securechat ${words.join(" ")}`;

  Deno.test(`${command} --help has its headings, an example, and lines of 80 columns`, () => {
    for (const heading of ["Usage:", "Options:", "Exit status:", "Examples:"]) {
      assert.ok(module.help.includes(`\n${heading}\n`), `no ${heading}`);
    }
    assert.ok(module.help.startsWith(`${command}: `));
    assert.match(module.help, new RegExp(`^ {2}\\$ (?:[A-Z_]+=\\S+ )*${command}`, "m"));
    assert.doesNotMatch(module.help, /TODO|\t| $/m);
    for (const line of module.help.split("\n")) assert.ok(line.length <= 80, line);
  });

  Deno.test(`${command} answers -h and --help on standard output with 0`, async () => {
    for (const flag of ["-h", "--help"]) {
      const io = memoryIo();
      assert.equal(await main([...words, flag], io), 0);
      assert.equal(io.stdout(), module.help);
      assert.equal(io.stderr(), "");
    }
  });

  if (module.parser !== undefined) {
    const known = [...optionsOf(module.parser.usage), "-h", "--help"].sort();
    Deno.test(`${command} --help lists the options that the parser knows and no others`, () => {
      assert.deepEqual([...optionsListed(module.help)].sort(), known);
    });
  } else {
    Deno.test(`${command} without a subcommand prints its help on standard error with 2`, async () => {
      const io = memoryIo();
      assert.equal(await main(words, io), 2);
      assert.equal(io.stderr(), module.help);
      assert.equal(io.stdout(), "");
    });
  }
}

Deno.test("securechat --help names every command", async () => {
  const io = memoryIo();
  assert.equal(await main(["--help"], io), 0);
  for (const name of Object.keys(COMMANDS)) {
    assert.match(io.stdout(), new RegExp(`^ {2}${name}\\b`, "m"));
  }
  for (const { words: [group = "", name] } of modules) {
    if (name === undefined) continue;
    const rows = [...io.stdout().matchAll(new RegExp(`^ {2}${group}\\b.*$`, "gm"))].join();
    assert.match(rows, new RegExp(`\\b${name}\\b`), `${group} ${name}`);
  }
  for (const line of io.stdout().split("\n")) assert.ok(line.length <= 80, line);
});

Deno.test("securechat without arguments prints its help on standard error with 2", async () => {
  const io = memoryIo();
  assert.equal(await main([], io), 2);
  assert.match(io.stderr(), /^securechat: /);
  assert.equal(io.stdout(), "");
});
