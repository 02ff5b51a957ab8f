/**
 * Bytes to a local socket, and what comes back. In a process of its own: tests have no permission for
 * sockets of paths that they make up.
 *
 * @module
 */

const PROGRAM = `
const [path, mode] = Deno.args;
const conn = await Deno.connect({ transport: "unix", path });
let rest = new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
try {
  while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
  if (mode === "end") conn.closeWrite();
} catch { /* the other side has answered and gone */ }
try { await conn.readable.pipeTo(Deno.stdout.writable); } catch { /* reset */ }
`;

/**
 * Sends bytes and reads to the end.
 *
 * @param path The socket.
 * @param bytes What is sent.
 * @param then "end": nothing more is to come, and the socket is told so; "wait": it is not.
 * @returns What came back.
 */
export async function throughSocket(
  path: string,
  bytes: Uint8Array | string,
  then: "end" | "wait" = "wait",
): Promise<string> {
  const permissions = ["--allow-net", "--allow-read", "--allow-write"];
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, PROGRAM);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-prompt", "--quiet", ...permissions, file, path, then],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const input = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  await writer.write(new Uint8Array(input)).catch(() => undefined);
  await writer.close().catch(() => undefined);
  const { stdout } = await child.output();
  await Deno.remove(file);
  return new TextDecoder().decode(stdout);
}
