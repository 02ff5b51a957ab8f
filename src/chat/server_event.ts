import type { SessionEvent } from "../protocol/session.ts";
import type { Member } from "./member.ts";

/** What a server tells whoever watches it. */
export type ServerEvent =
  | { readonly kind: "connected"; readonly member: Member }
  | { readonly kind: "turned_away"; readonly address: string }
  | { readonly kind: "session"; readonly member: Member; readonly event: SessionEvent };
