/**
 * `deno task compile`: one program for each target, with only the permissions that securechat needs,
 * and SHA256SUMS over them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { SETTING_NAMES } from "../src/cli/settings.ts";
import { print } from "./print.ts";

const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** What the program may do: files and network anywhere, its own variables, how full a disk is, and nothing else. */
const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-sys=statfs", // how much room the transcripts have
  `--allow-env=${SETTING_NAMES.join(",")}`,
];

/** Garbage is collected before it is 48 MB a thread: nothing here is faster with more. */
const V8_FLAGS = "--v8-flags=--max-semi-space-size=8";

/** Builds one target; returns the file, or why there is none. */
async function compile(
  target: string,
): Promise<{ readonly file: string } | { readonly why: string }> {
  const suffix = target.includes("windows") ? ".exe" : "";
  const file = `dist/securechat-${target}${suffix}`;
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--frozen", "--quiet", "--no-prompt", V8_FLAGS, ...PERMISSIONS],
      ...["--target", target, "--output", file, "src/main.ts"],
    ],
    env: { NO_COLOR: "1" },
  });
  const { success, stderr } = await command.output();
  if (success) return { file };
  return { why: reasonOf(new TextDecoder().decode(stderr)) };
}

/** The compiler's innermost cause that says something, in one line. */
function reasonOf(stderr: string): string {
  if (stderr.includes("Setting up base binary")) return "the runtime's base cannot be downloaded";
  return stderr.split("\n").find((line) => line.startsWith("error")) ??
    "the compiler gave no reason";
}

await Deno.mkdir("dist", { recursive: true });
const sums: string[] = [];
for (const target of TARGETS) {
  const result = await compile(target);
  if ("why" in result) {
    print(`${target}: not built: ${result.why}`);
    continue;
  }
  const hash = createHash("sha256").update(await Deno.readFile(result.file)).digest("hex");
  sums.push(`${hash}  ${result.file.replace("dist/", "")}`);
  print(`${target}: ${result.file}`);
}
if (sums.length > 0) {
  await Deno.writeTextFile("dist/SHA256SUMS", `${sums.join("\n")}\n`);
  print(`checksums: dist/SHA256SUMS, ${sums.length} of ${TARGETS.length} targets`);
}
if (sums.length < TARGETS.length) {
  print("compile where the base can be downloaded, or use the bundle: deno task bundle");
  Deno.exitCode = 1;
}
