/**
 * Sessions of protocol 1 with the system's randomness, for the commands that start them.
 *
 * @module
 */

import { randomBytes, randomExponent } from "../../crypto/entropy.ts";
import type { Identity } from "../../pki/identity.ts";
import type { Trust } from "../../pki/trust.ts";
import type { Session } from "../session.ts";
import { clientSession } from "./client.ts";
import { serverSession } from "./server.ts";

const ENTROPY = { bytes: randomBytes, exponent: randomExponent } as const;

/**
 * A new server session.
 *
 * @param identity Who the server is.
 * @param trust Whom it trusts, and what is revoked, now.
 * @returns The session before its first input.
 */
export function newServerSession(identity: Identity, trust: Trust): Session {
  return serverSession({ identity, trust, entropy: ENTROPY });
}

/**
 * A new client session.
 *
 * @param identity Who the client is.
 * @param options Whom it trusts, and the name that the server's certificate must carry.
 * @returns The session before its first input.
 */
export function newClientSession(
  identity: Identity,
  options: { readonly trust: Trust; readonly serverName: string },
): Session {
  return clientSession({ identity, ...options, entropy: ENTROPY });
}
