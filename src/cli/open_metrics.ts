/**
 * What a server has done, as OpenMetrics text
 * (https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md). No names of
 * people, no words, no addresses.
 *
 * @module
 */

import type { ChatServer } from "../chat/server.ts";
import type { ServerTally } from "../chat/operator/tally.ts";
import type { RoomTimes, TimeHistogram } from "../chat/time_histogram.ts";
import { VERSION } from "./version.ts";

/** The text's media type. */
export const OPEN_METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Where the figures come from. */
export interface MetricsSource {
  readonly server: Pick<ChatServer, "sessions" | "hosts">;
  readonly tally: ServerTally;
  readonly times: RoomTimes;
  /** When the server started, milliseconds since the Unix epoch. */
  readonly startedMs: number;
  /** When its certificate ends, milliseconds since the Unix epoch. */
  notAfterMs(): number;
}

/**
 * Writes the figures of now.
 *
 * @param source Where they come from.
 * @returns The text.
 */
export async function openMetrics(source: MetricsSource): Promise<string> {
  const { server, tally, times, startedMs, notAfterMs } = source;
  const hosts = await server.hosts();
  const figures = hosts.map(({ figures }) => figures);
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  const sessions = server.sessions();
  const of = (protocol: number) => sessions.filter((one) => one.protocol === protocol).length;
  const lines = [
    ...family("securechat_build", "info", "The program.", [
      `securechat_build_info{version="${VERSION}"} 1`,
    ]),
    ...family("securechat_start_time_seconds", "gauge", "When the server started.", [
      `securechat_start_time_seconds ${startedMs / 1_000}`,
    ]),
    ...family("securechat_certificate_not_after_seconds", "gauge", "When its certificate ends.", [
      `securechat_certificate_not_after_seconds ${notAfterMs() / 1_000}`,
    ]),
    ...family("securechat_sessions", "gauge", "Sessions with a proved certificate.", [
      `securechat_sessions{protocol="1"} ${of(1)}`,
      `securechat_sessions{protocol="2"} ${of(2)}`,
    ]),
    ...family("securechat_rooms", "gauge", "Rooms that are open.", [
      `securechat_rooms ${hosts.length}`,
    ]),
    ...family("securechat_connections", "counter", "Connections that were taken.", [
      `securechat_connections_total ${tally.connections}`,
    ]),
    ...family("securechat_statements", "counter", "Statements of people that were placed.", [
      `securechat_statements_total ${tally.statements}`,
    ]),
    ...family("securechat_deliveries", "counter", "Entries that were queued to members.", [
      `securechat_deliveries_total ${sum(figures.map(({ deliveries }) => deliveries))}`,
    ]),
    ...family("securechat_refusals", "counter", "What was refused or cut, by code or limit.", [
      ...Object.entries(tally.refusals).map(([reason, count]) =>
        `securechat_refusals_total{reason="${reason}"} ${count}`
      ),
    ]),
    ...histogram("securechat_flush_seconds", "From an entry's place to the disk.", times.flush),
    ...histogram(
      "securechat_delivery_seconds",
      "From an entry's place until it is queued to everybody.",
      times.delivery,
    ),
    ...family("securechat_memory_bytes", "gauge", "Resident memory.", [
      `securechat_memory_bytes ${Deno.memoryUsage().rss}`,
    ]),
  ];
  return `${lines.join("\n")}\n# EOF\n`;
}

function family(
  name: string,
  type: "info" | "gauge" | "counter" | "histogram",
  helpText: string,
  samples: readonly string[],
): readonly string[] {
  const unit = /_(seconds|bytes)$/.exec(name)?.[1];
  return [
    `# TYPE ${name} ${type}`,
    ...unit === undefined ? [] : [`# UNIT ${name} ${unit}`],
    `# HELP ${name} ${helpText}`,
    ...samples,
  ];
}

function histogram(name: string, helpText: string, times: TimeHistogram): readonly string[] {
  return family(name, "histogram", helpText, [
    ...times.upTo.map(([bound, count]) =>
      `${name}_bucket{le="${Number.isInteger(bound) ? bound.toFixed(1) : bound}"} ${count}`
    ),
    `${name}_bucket{le="+Inf"} ${times.count}`,
    `${name}_sum ${times.sum}`,
    `${name}_count ${times.count}`,
  ]);
}
