import assert from "node:assert/strict";
import { KEY_TYPES } from "../../src/pki/key_type.ts";
import { main } from "../../src/main.ts";
import { type MemoryIo, memoryIo, type MemoryIoOptions } from "../testkit/memory_io.ts";
import { needs } from "../testkit/needs.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command("openssl", { args: [...args] })
    .output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, `openssl ${args.join(" ")}: ${text}`);
  return text;
}

async function securechat(
  command: string,
  { status = 0, ...options }: MemoryIoOptions & { readonly status?: number } = {},
): Promise<MemoryIo> {
  const io = memoryIo(options);
  assert.equal(await main(command.split(" "), io), status, io.stderr());
  return io;
}

/** A folder with a CA; `ca` are the options that name it. */
async function withCa(
  work: (place: { readonly folder: string; readonly ca: string }) => Promise<void>,
  options = "",
): Promise<void> {
  await inTempFolder(async (folder) => {
    await securechat(`ca init --key-type ec-p256 --out ${folder}${options}`);
    await work({ folder, ca: `--ca ${folder}/ca-cert.pem --ca-key ${folder}/ca-key.pem` });
  });
}

needs(
  "openssl",
  "openssl reads the requests and keys of cert request, of every type",
  () =>
    withCa(async ({ folder, ca }) => {
      for (const type of KEY_TYPES) {
        const out = `${folder}/${type}`;
        const who = "--cn chat.example --type server --san 192.0.2.7";
        await securechat(`cert request ${who} --key-type ${type} --out ${out}`);
        const text = await openssl("req", "-verify", "-text", "-in", `${out}-request.pem`);
        assert.match(text, /self-signature verify OK/);
        assert.match(text, /DNS:chat\.example, IP Address:192\.0\.2\.7/);
        assert.match(text, /TLS Web Server Authentication/);
        const key = await openssl("pkcs8", "-in", `${out}-key.pem`, "-nocrypt");
        assert.match(key, /^-----BEGIN PRIVATE KEY-----/);
        await openssl("pkey", "-in", `${out}-key.pem`, "-check", "-noout");
        await securechat(`ca sign ${out}-request.pem --yes ${ca}`);
        const strict = [
          "-x509_strict",
          "-purpose",
          "sslserver",
          "-CAfile",
          `${folder}/ca-cert.pem`,
        ];
        assert.match(await openssl("verify", ...strict, `${out}-cert.pem`), /: OK/);
        const certified = await openssl("x509", "-in", `${out}-cert.pem`, "-noout", "-pubkey");
        assert.equal(await openssl("pkey", "-in", `${out}-key.pem`, "-pubout"), certified);
      }
    }),
);

/** Makes a request with openssl, in DER where it is asked for. */
async function opensslRequest(
  path: string,
  { key = ["ed25519"], more = [], subject = "/O=Evil/CN=alice" }: {
    readonly key?: readonly string[];
    readonly more?: readonly string[];
    readonly subject?: string;
  } = {},
): Promise<void> {
  await openssl("genpkey", "-algorithm", ...key, "-out", `${path}-key.pem`);
  const request = ["-key", `${path}-key.pem`, "-subj", subject, "-out", `${path}-request.pem`];
  await openssl("req", "-new", ...request, ...more);
}

needs(
  "openssl",
  "ca sign answers a request of openssl, and copies none of its extensions",
  () =>
    withCa(async ({ folder, ca }) => {
      const path = `${folder}/alice`;
      const wishes = [
        "basicConstraints=critical,CA:TRUE",
        "keyUsage=critical,keyCertSign,cRLSign",
        "subjectAltName=DNS:alice.example,IP:192.0.2.1",
        "certificatePolicies=1.2.3.4",
        "extendedKeyUsage=serverAuth",
      ];
      await opensslRequest(path, { more: wishes.flatMap((wish) => ["-addext", wish]) });
      const io = await securechat(`ca sign ${path}-request.pem --type client --yes ${ca}`);
      assert.match(
        io.stderr(),
        /ignored {6}subject O=Evil, basicConstraints \(CA:TRUE\), keyUsage, policies\n/,
      );
      const text = await openssl("x509", "-text", "-noout", "-in", `${path}-cert.pem`);
      assert.match(text, /CA:FALSE/);
      assert.match(text, /Digital Signature\n/);
      assert.match(text, /DNS:alice, DNS:alice\.example, IP Address:192\.0\.2\.1/);
      assert.match(text, /TLS Web Client Authentication\n/);
      assert.doesNotMatch(text, /CA:TRUE|Certificate Sign|Evil|1\.2\.3\.4|Server Authentication/);
      const shown = await openssl("x509", "-in", `${path}-cert.pem`, "-noout", "-ext", "keyUsage");
      assert.match(shown, /critical\n\s+Digital Signature\s*$/);
    }),
);

needs(
  "openssl",
  "ca sign refuses a request that is not of the profile, and signs nothing",
  () =>
    withCa(async ({ folder, ca }) => {
      // name, how openssl makes it, what the error says
      const rsa = (bits: number, exponent: number) => [
        "RSA",
        "-pkeyopt",
        `rsa_keygen_bits:${bits}`,
        "-pkeyopt",
        `rsa_keygen_pubexp:${exponent}`,
      ];
      const curve = (name: string) => ["EC", "-pkeyopt", `ec_paramgen_curve:${name}`];
      const cases: readonly (readonly [string, Parameters<typeof opensslRequest>[1], RegExp])[] = [
        ["short", { key: rsa(1024, 65_537) }, /1024 bits, expected 2048 to 4096/],
        ["exponent", { key: rsa(2048, 3) }, /exponent/],
        ["sha1", { key: rsa(2048, 65_537), more: ["-sha1"] }, /signature algorithm/],
        ["md5", { key: rsa(2048, 65_537), more: ["-md5"] }, /signature algorithm/],
        ["curve", { key: curve("P-384") }, /is not RSA, P-256 or Ed25519/],
        ["cn", { subject: "/CN=a b" }, /CN "a b" is not/],
        ["san", { more: ["-addext", "subjectAltName=DNS:a b"] }, /name "a b" is not a DNS name/],
        ["prefix", { more: ["-addext", "subjectAltName=DNS:IP\\:1.2.3.4"] }, /is not a DNS name/],
      ];
      for (const [name, options, message] of cases) {
        await opensslRequest(`${folder}/${name}`, options);
        const command = `ca sign ${folder}/${name}-request.pem --type client --yes ${ca}`;
        const io = await securechat(command, { status: 1 });
        assert.match(io.stderr(), /\[BAD_CERT\] cannot accept request: /, name);
        assert.match(io.stderr(), message, name);
        await assert.rejects(Deno.stat(`${folder}/${name}-cert.pem`), Deno.errors.NotFound);
      }
      const books = await Deno.readTextFile(`${folder}/ca-ledger.jsonl`);
      assert.equal(books.split("\n").length, 2, "one line, about the CA");
    }),
);

needs(
  "openssl",
  "ca sign asks for what a request does not say, with status 2",
  () =>
    withCa(async ({ folder, ca }) => {
      await opensslRequest(`${folder}/a`);
      await securechat(`ca sign ${folder}/a-request.pem --yes ${ca}`, { status: 2 });
      await opensslRequest(`${folder}/b`, { subject: "/O=Evil" });
      await securechat(`ca sign ${folder}/b-request.pem --yes --type client ${ca}`, { status: 2 });
      await securechat(`ca sign ${folder}/b-request.pem --yes --type client --cn bob ${ca}`);
    }),
);

needs(
  "openssl",
  "openssl verify accepts what a CA with permitted names signs, and nothing beside",
  () =>
    withCa(async ({ folder, ca }) => {
      const cases = [
        ["chat.example", "server"],
        ["10.9.8.7", "server"],
        ["alice", "client"],
        ["alice@chat.example", "client"],
      ] as const;
      const strict = ["-x509_strict", "-CAfile", `${folder}/ca-cert.pem`];
      for (const [name, type] of cases) {
        const out = `${folder}/${name}`;
        await securechat(`cert issue --cn ${name} --type ${type} --out ${out} ${ca}`);
        const text = await openssl(
          "verify",
          ...strict,
          "-purpose",
          `ssl${type}`,
          `${out}-cert.pem`,
        );
        assert.match(text, /: OK/);
      }
      // The constraints are what refuses: openssl signs another name with the same key.
      await opensslRequest(`${folder}/evil`, { subject: "/CN=evil.example" });
      const signer = ["-CA", `${folder}/ca-cert.pem`, "-CAkey", `${folder}/ca-key.pem`];
      const evil = `${folder}/evil-cert.pem`;
      await openssl("x509", "-req", "-in", `${folder}/evil-request.pem`, ...signer, "-out", evil);
      const { success } = await new Deno.Command("openssl", {
        args: ["verify", "-CAfile", `${folder}/ca-cert.pem`, evil],
        stdout: "null",
        stderr: "null",
      }).output();
      assert.equal(success, false);
    }, " --permit-domain chat.example --permit-domain 10.0.0.0/8"),
);
