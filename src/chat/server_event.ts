import type { ChatError } from "../errors.ts";
import type { SessionEvent } from "../protocol/session.ts";
import type { Member } from "./member.ts";

/** What a server tells whoever watches it. */
export type ServerEvent =
  | { readonly kind: "connected"; readonly member: Member }
  /** `limit`: by which limit, as operators write it. */
  | {
    readonly kind: "turned_away";
    readonly address: string;
    readonly limit: string;
    readonly reason: string;
  }
  /** Protocol 2: the transcripts' disk is full, by this error; without it, it has room again. */
  | { readonly kind: "disk"; readonly error?: ChatError }
  /** Protocol 2: something is wrong in a room. */
  | { readonly kind: "room"; readonly room: string; readonly error: ChatError }
  | { readonly kind: "session"; readonly member: Member; readonly event: SessionEvent };
