import { encodeFrame, FrameReader } from "../../protocol/frame.ts";
import { within } from "../../chat/within.ts";
import type { Config } from "../config.ts";
import type { Findings } from "./finding.ts";

/** What listens is given so long to answer, ms. */
const ANSWER_MS = 1_500;

/** Ports that are tried for another one. */
const TRIES = 100;

/**
 * Looks whether the server's port can be listened on; a securechat that listens there already is well.
 *
 * @param config Host and port.
 * @param findings Where it is noted.
 * @param options Whether even that is a fault.
 */
export async function lookAtPort(
  { serverHost: hostname, serverPort: port }: Config,
  findings: Findings,
  { portMustBeFree }: { readonly portMustBeFree: boolean },
): Promise<void> {
  if (port === 0 || isFree(hostname, port)) return;
  const isOurs = await speaksSecurechat(hostname, port);
  if (isOurs && !portMustBeFree) return;
  const free = Array.from({ length: TRIES }, (_, step) => port + 1 + step)
    .find((other) => other < 65_536 && isFree(hostname, other));
  findings.add({
    ...{ check: "port", level: "fault", code: "ADDRESS" },
    message: isOurs
      ? `a securechat server listens on ${hostname}:${port} already`
      : `something else listens on ${hostname}:${port}, or it is not an address of this machine`,
    remedy: "stop it, or take another port, which clients must then dial",
    ...free === undefined ? {} : { command: `echo SERVER_PORT=${free} >> .env` },
  });
}

function isFree(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch {
    return false;
  }
}

/** A server answers what is no hello with a status in plain. */
async function speaksSecurechat(hostname: string, port: number): Promise<boolean> {
  let conn: Deno.TcpConn | undefined;
  try {
    conn = await Deno.connect({ hostname, port });
    await conn.write(encodeFrame(new TextEncoder().encode("{}")));
    const buffer = new Uint8Array(4_096);
    const reading = conn.read(buffer).catch(() => null);
    if (!await within(reading, ANSWER_MS)) return false;
    const reader = new FrameReader();
    reader.push(buffer.subarray(0, await reading ?? 0));
    const body = reader.next(4_096);
    return body !== undefined && JSON.parse(new TextDecoder().decode(body)).type === "status";
  } catch {
    return false;
  } finally {
    conn?.close();
  }
}
