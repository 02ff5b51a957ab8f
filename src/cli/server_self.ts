import type { ServerSelf } from "../chat/server.ts";
import type { RoomTimes } from "../chat/time_histogram.ts";
import type { SignInMode } from "../protocol/v2/handshake.ts";
import { newServerSession } from "../protocol/v1/sessions.ts";
import type { AccountStore } from "../store/accounts.ts";
import type { KeyAccountStore } from "../store/key_accounts.ts";
import { loadSaltSecret } from "../store/salt_secret.ts";
import type { Config } from "./config.ts";
import type { LoadedIdentity } from "./load_identity.ts";
import { DEFAULT_ROOM } from "./room_option.ts";
import type { TrustSource } from "./trust_source.ts";

/** Past entries that somebody who joins may see. */
const NEWCOMERS_SEE = 1_000;

/** What a server does for its clients, whoever it is. */
export interface ServerSelfOptions {
  readonly config: Config;
  readonly protocols: readonly number[];
  readonly flags: {
    readonly relay: boolean;
    readonly keepSessionKey: boolean;
    readonly rooms: readonly string[];
    readonly signIn: SignInMode;
  };
  readonly source: TrustSource;
  readonly store: AccountStore;
  readonly keyAccounts: KeyAccountStore;
  readonly times: RoomTimes;
}

/**
 * What a server speaks with a certificate: protocol 1 where it has an RSA key.
 *
 * @param identity The certificate and its key.
 * @param options What it does.
 * @returns What `ChatServer` is made of, or renewed with.
 * @throws {ChatError} FILE or FORMAT for the secret of the salts, which is made if it is missing.
 */
export async function serverSelf(
  { own, classic: identity }: LoadedIdentity,
  { config, protocols, flags, source, store, keyAccounts, times }: ServerSelfOptions,
): Promise<ServerSelf> {
  const { transcriptDir, saltSecretFile } = config;
  const { relay, keepSessionKey, signIn } = flags;
  const classic = identity === undefined ? {} : {
    classic: {
      ...{ identity, store, transcriptDir, relay, keepSessionKey },
      newSession: () => newServerSession(identity, source.trust),
      saltSecret: await loadSaltSecret(saltSecretFile),
    },
  };
  const rooms = !protocols.includes(2) ? {} : {
    rooms: {
      ...{ own, transcriptDir, newcomersSee: NEWCOMERS_SEE, signIn, times },
      trust: () => source.trust,
      store: keyAccounts,
      rooms: flags.rooms.length === 0 ? [DEFAULT_ROOM] : [...new Set(flags.rooms)],
    },
  };
  return { ...classic, ...rooms };
}
