/**
 * `serve --metrics`: the server's figures over HTTP, to this machine alone, for there is no
 * authentication.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { isInRange, parseRange } from "../chat/address_range.ts";
import { ChatError } from "../errors.ts";
import { type MetricsSource, OPEN_METRICS_TYPE, openMetrics } from "./open_metrics.ts";
import { parseServerAddress } from "./server_address.ts";

const LOOPBACK = ["127.0.0.0/8", "::1"].flatMap((text) => parseRange(text) ?? []);

/** A running endpoint. */
export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts it.
 *
 * @param address HOST:PORT; port 0 takes a free one.
 * @param command As typed, for errors.
 * @param source Where the figures come from.
 * @returns It.
 * @throws {ChatError} USAGE if the address is not one of this machine's own; ADDRESS if it is taken.
 */
export function startMetrics(
  address: string,
  command: string,
  source: MetricsSource,
): MetricsServer {
  const { host, port } = parseServerAddress(address, command);
  const hostname = host === "localhost" ? "127.0.0.1" : host;
  if (!LOOPBACK.some((range) => isInRange(hostname, range))) {
    throw new ChatError(
      "USAGE",
      `cannot tell metrics on ${printable(address)}: not a loopback address`,
      {
        hint: "anybody who reaches it can read it: name 127.0.0.1:PORT, and put a proxy before it",
      },
    );
  }
  try {
    const server = Deno.serve(
      { hostname, port: Number(port), onListen: () => undefined },
      (request) => answer(request, source),
    );
    return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
  } catch (thrown) {
    throw new ChatError("ADDRESS", `cannot tell metrics on ${printable(address)}: it is taken`, {
      cause: thrown,
    });
  }
}

async function answer(request: Request, source: MetricsSource): Promise<Response> {
  if (new URL(request.url).pathname !== "/metrics") {
    return new Response("see /metrics\n", { status: 404 });
  }
  if (request.method !== "GET") return new Response("GET\n", { status: 405 });
  return new Response(await openMetrics(source), {
    headers: { "content-type": OPEN_METRICS_TYPE },
  });
}
