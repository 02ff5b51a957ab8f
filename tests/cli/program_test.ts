/**
 * The real program, as a process: what a call of `main` in a test cannot show.
 */

import assert from "node:assert/strict";
import { SETTING_NAMES } from "../../src/cli/settings.ts";
import { VERSION } from "../../src/cli/version.ts";
import project from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

function startProgram(folder: string, args: readonly string[]): Deno.ChildProcess {
  const permissions = [
    "--allow-read=.",
    "--allow-write=.",
    `--allow-env=${SETTING_NAMES.join(",")}`,
  ];
  const main = new URL("src/main.ts", ROOT).pathname;
  const config = new URL("deno.json", ROOT).pathname;
  const runtime = ["run", "--quiet", "--no-prompt", "--cached-only", "--config", config];
  return new Deno.Command(Deno.execPath(), {
    args: [...runtime, ...permissions, main, ...args],
    cwd: folder,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function runProgram(folder: string, args: readonly string[], input = ""): Promise<Result> {
  const child = startProgram(folder, args);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {}); // it may have ended already
  const { stdout, stderr, code } = await child.output();
  await writer.abort().catch(() => {});
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { stdout: out ?? "", stderr: err ?? "", status: code };
}

Deno.test("securechat runs as a process and ends although standard input stays open", async () => {
  const folder = await Deno.makeTempDir();
  const version = await runProgram(folder, ["--version"]);
  assert.deepEqual(version, { stdout: `securechat ${VERSION}\n`, stderr: "", status: 0 });
  const add = ["user", "add", "alice@example.org", "alice", "--password-stdin"];
  const added = await runProgram(folder, add, "secret\n");
  assert.equal(added.status, 0, added.stderr);
  const again = await runProgram(folder, add, "secret\n");
  assert.equal(again.status, 1);
  assert.match(again.stderr, /^securechat: error: \[ACCOUNT\]/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("securechat --help ends quietly when nobody reads it", async () => {
  const child = startProgram(ROOT.pathname, ["--help"]);
  await child.stdin.close();
  await child.stdout.cancel();
  const stderr = await new Response(child.stderr).text();
  assert.deepEqual([(await child.status).success, stderr], [true, ""]);
});

Deno.test("securechat --help loads none of the packages that commands need", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--config", new URL("deno.json", ROOT).pathname, "src/main.ts"],
    cwd: ROOT,
  }).output();
  const graph = JSON.parse(new TextDecoder().decode(stdout)) as ModuleGraph;
  const loaded = staticallyLoaded(graph);
  assert.ok(loaded.length > 3, "the graph was not read");
  for (const specifier of loaded) assert.match(specifier, /\/src\/(main|errors|cli|bytes)\b/);
});

Deno.test("VERSION is the version of deno.json", () => {
  assert.equal(VERSION, project.version);
});

interface ModuleGraph {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier: string };
    }[];
  }[];
}

/** Every module that is loaded before the first `import()`. */
function staticallyLoaded({ roots, modules }: ModuleGraph): readonly string[] {
  const found = new Set(roots);
  for (const specifier of found) {
    const module = modules.find((each) => each.specifier === specifier);
    for (const { isDynamic, code } of module?.dependencies ?? []) {
      if (isDynamic !== true && code !== undefined) found.add(code.specifier);
    }
  }
  return [...found];
}
