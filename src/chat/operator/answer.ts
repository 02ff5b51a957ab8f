/**
 * What an operator is answered: plain data, the same on the console and over the local socket.
 *
 * @module
 */

/** One connection whose certificate is proved. */
export interface WhoEntry {
  /** Foreign text. */
  readonly name: string;
  readonly fingerprint: string;
  /** Of protocol 1, and of 2 with passwords; else empty. Foreign text. */
  readonly email: string;
  readonly protocol: number;
  /** IP address and port. */
  readonly address: string;
  /** ISO 8601. */
  readonly since: string;
  readonly rooms: readonly string[];
  /** Whether words can be said: it is signed in, and for protocol 2 in a room. */
  readonly isOpen: boolean;
}

/** Somebody an act is about. */
export interface Named {
  readonly name: string;
  readonly fingerprint: string;
}

/** A ban or a mute; `until` null: for ever. */
export interface Sanction extends Named {
  readonly since: string;
  readonly until: string | null;
}

/** A room of protocol 2. */
export interface RoomEntry {
  readonly room: string;
  /** Sessions that are in it. */
  readonly people: number;
  readonly entries: number;
  /** The log's id, hex. */
  readonly log: string;
  readonly transcript: string;
}

/** Figures since the server began. */
export interface Stats {
  readonly uptimeSeconds: number;
  /** Now: connections, and those whose chat is open. */
  readonly sessions: number;
  readonly open: number;
  readonly connections: number;
  readonly statements: number;
  /** Entries that went to members of rooms. */
  readonly deliveries: number;
  /** Resident memory of the server. */
  readonly memoryBytes: number;
  /** By code. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** An answer, by the act that was asked for. */
export type OperatorAnswer =
  | { readonly act: "who"; readonly members: readonly WhoEntry[] }
  | Named & { readonly act: "kick"; readonly sessions: number }
  | Named & { readonly act: "ban"; readonly until: string | null; readonly sessions: number }
  | Named & { readonly act: "unban" }
  | {
    readonly act: "bans";
    readonly bans: readonly (Sanction & { readonly reason: string })[];
    readonly mutes: readonly (Sanction & { readonly room: string | null })[];
  }
  | Named & { readonly act: "mute"; readonly until: string | null; readonly room: string | null }
  | Named & { readonly act: "unmute"; readonly room: string | null }
  | { readonly act: "rooms"; readonly rooms: readonly RoomEntry[] }
  | { readonly act: "motd"; readonly text: string; readonly isChanged: boolean }
  | Stats & { readonly act: "stats" }
  /** `receivers`: how many it goes to. */
  | { readonly act: "say"; readonly room: string | null; readonly receivers: number };
