/**
 * What a server has done since it began, for its operator.
 *
 * @module
 */

import type { ServerEvent } from "../server_event.ts";

/** Counts of events. */
export class ServerTally {
  #connections = 0;
  #statements = 0;
  readonly #refusals = new Map<string, number>();

  /**
   * Counts an event.
   *
   * @param event The event.
   */
  take(event: ServerEvent): void {
    if (event.kind === "connected") this.#connections++;
    if (event.kind === "turned_away") this.#refuse(event.limit);
    if (event.kind !== "session") return;
    const { event: session } = event;
    if (session.kind === "said" && session.author === "peer") this.#statements++;
    const isRefusal = session.kind === "refused" || session.kind === "ended";
    if (isRefusal && session.error !== undefined) this.#refuse(session.error.code);
  }

  /** Connections that were taken. */
  get connections(): number {
    return this.#connections;
  }

  /** Statements of people that were placed, and messages of protocol 1. */
  get statements(): number {
    return this.#statements;
  }

  /** Sessions and statements that were refused or cut, by code. */
  get refusals(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#refusals].sort());
  }

  #refuse(code: string): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }
}
