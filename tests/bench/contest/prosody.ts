import { Issuer } from "../issuer.ts";
import type { Contestant } from "./contestant.ts";
import { freePort, launch, TlsContest, type Tongue, versionOf } from "./launch.ts";
import { TLS_NAME, type TlsClient } from "./tls_client.ts";

const PROGRAM = "prosody";
const ROOMS = `rooms.${TLS_NAME}`;
const ROOM = `bench@${ROOMS}`;

const STREAM = `<?xml version='1.0'?><stream:stream to='${TLS_NAME}' version='1.0' ` +
  `xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
const AUTH = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
const BIND = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";

/** RFC 6120, RFC 6121, XEP-0045. */
const XMPP: Tongue = {
  end: "</message>",
  enter: async (client: TlsClient, name: string) => {
    client.send(STREAM);
    await client.until("</stream:features>");
    client.send(AUTH);
    await client.until("<success");
    client.send(STREAM);
    await client.until("</stream:features>");
    client.send(BIND);
    await client.until("</iq>");
    client.send(
      `<presence to='${ROOM}/${name}'><x xmlns='http://jabber.org/protocol/muc'>` +
        "<history maxstanzas='0'/></x></presence>",
    );
    await client.until("<subject"); // a room's subject is the last of what a newcomer is sent
  },
  textOf: (stanzas) => {
    const at = stanzas.lastIndexOf("<body>");
    return at < 0 ? undefined : stanzas.slice(at + 6, stanzas.indexOf("</body>", at));
  },
  say: (text) => `<message to='${ROOM}' type='groupchat'><body>${text}</body></message>`,
};

/** mod_limits is not loaded; signing in is anonymous, so that no accounts have to be made. */
function configuration(paths: {
  readonly folder: string;
  readonly cert: string;
  readonly key: string;
  readonly port: number;
}): string {
  return `run_as_root = true
pidfile = "${paths.folder}/prosody.pid"
data_path = "${paths.folder}/data"
log = { warn = "*console" }
interfaces = { "127.0.0.1" }
c2s_ports = { }
c2s_direct_tls_ports = { ${paths.port} }
s2s_ports = { }
modules_enabled = { "roster", "saslauth", "tls", "disco" }
modules_disabled = { "s2s", "limits" }
ssl = { key = "${paths.key}", certificate = "${paths.cert}" }
c2s_direct_tls_ssl = { key = "${paths.key}", certificate = "${paths.cert}" }
VirtualHost "${TLS_NAME}"
  authentication = "anonymous"
Component "${ROOMS}" "muc"
  muc_room_locking = false
`;
}

/** Prosody with a multi-user chat room, clients over direct TLS. */
export const PROSODY: Contestant = {
  name: "prosody",
  settings: "direct TLS, MUC without archive, anonymous sign-in, mod_limits off",
  version: () => versionOf("prosodyctl", ["about"]),
  start: async ({ folder, listeners, onText }) => {
    const issuer = await Issuer.create("ec-p256");
    const paths = await issuer.writeServer(folder, { name: TLS_NAME, stem: "" });
    const port = freePort();
    const config = `${folder}/prosody.cfg.lua`;
    await Deno.writeTextFile(config, configuration({ ...paths, port, folder }));
    await Deno.mkdir(`${folder}/data`);
    const process = await launch(PROGRAM, { args: ["-F", "--config", config], port, folder });
    return await TlsContest.start(process, { port, issuer, tongue: XMPP, listeners, onText });
  },
};
