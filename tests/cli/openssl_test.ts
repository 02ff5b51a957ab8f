import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { needs } from "../testkit/needs.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command("openssl", { args: [...args] })
    .output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, `openssl ${args.join(" ")}: ${text}`);
  return text;
}

async function securechat(command: string): Promise<void> {
  const io = memoryIo();
  assert.equal(await main(command.split(" "), io), 0, io.stderr());
}

async function makeCertificates(folder: string): Promise<void> {
  const ca = `--ca ${folder}/ca-cert.pem --ca-key ${folder}/ca-key.pem`;
  const names = "--san ::1 --san DNS:*.chat.test";
  await securechat(`ca init --key-size 2048 --out ${folder}`);
  await securechat(
    `cert issue --cn chat.example --type server --out ${folder}/server ${names} ${ca}`,
  );
  await securechat(`cert issue --cn alice --type client --out ${folder}/client ${ca}`);
}

needs(
  "openssl",
  "openssl verify accepts what cert issue makes, strictly and for its use",
  () =>
    inTempFolder(async (folder) => {
      await makeCertificates(folder);
      // file, purpose
      const cases: readonly (readonly [string, string])[] = [
        ["server", "sslserver"],
        ["client", "sslclient"],
      ];
      for (const [name, purpose] of cases) {
        const file = `${folder}/${name}-cert.pem`;
        const strict = [
          "-x509_strict",
          "-CAfile",
          `${folder}/ca-cert.pem`,
          "-purpose",
          purpose,
          file,
        ];
        assert.match(await openssl("verify", ...strict), /: OK/);
      }
      const wrong = [
        "-CAfile",
        `${folder}/ca-cert.pem`,
        "-purpose",
        "sslserver",
        `${folder}/client-cert.pem`,
      ];
      await assert.rejects(openssl("verify", ...wrong));
      const host = ["-CAfile", `${folder}/ca-cert.pem`, "-verify_hostname", "localhost"];
      assert.match(await openssl("verify", ...host, `${folder}/server-cert.pem`), /: OK/);
    }),
);

needs(
  "openssl",
  "openssl x509 -text shows the profile of each certificate",
  () =>
    inTempFolder(async (folder) => {
      await makeCertificates(folder);
      const ca = await openssl("x509", "-text", "-noout", "-in", `${folder}/ca-cert.pem`);
      assert.match(ca, /CA:TRUE, pathlen:0/);
      assert.match(ca, /Certificate Sign, CRL Sign/);
      const server = await openssl("x509", "-text", "-noout", "-in", `${folder}/server-cert.pem`);
      assert.match(server, /CA:FALSE/);
      assert.match(server, /TLS Web Server Authentication/);
      assert.match(server, /Authority Key Identifier/);
      assert.match(server, /Subject Key Identifier/);
      assert.match(server, /DNS:chat\.example, DNS:localhost, IP Address:127\.0\.0\.1/);
      assert.match(server, /sha256WithRSAEncryption/);
      const client = await openssl("x509", "-text", "-noout", "-in", `${folder}/client-cert.pem`);
      assert.match(client, /TLS Web Client Authentication/);
      assert.match(client, /DNS:alice\s/);
    }),
);

needs(
  "openssl",
  "openssl reads the keys, and each is its certificate's",
  () =>
    inTempFolder(async (folder) => {
      await makeCertificates(folder);
      for (const name of ["ca", "server", "client"]) {
        const ofKey = await openssl("pkey", "-in", `${folder}/${name}-key.pem`, "-pubout");
        const ofCertificate = await openssl(
          "x509",
          "-in",
          `${folder}/${name}-cert.pem`,
          "-noout",
          "-pubkey",
        );
        assert.equal(ofKey, ofCertificate);
        await openssl("pkey", "-in", `${folder}/${name}-key.pem`, "-check", "-noout");
      }
    }),
);

needs(
  "openssl",
  "openssl verify accepts each kind of key, signed by each kind of CA",
  () =>
    inTempFolder(async (folder) => {
      const types = ["rsa-2048", "ec-p256", "ed25519"];
      for (const caType of types) {
        const out = `${folder}/${caType}`;
        await securechat(`ca init --key-type ${caType} --out ${out}`);
        await openssl("pkey", "-check", "-noout", "-in", `${out}/ca-key.pem`);
        for (const type of [...types, ...(caType === "rsa-2048" ? ["rsa-3072", "rsa-4096"] : [])]) {
          await securechat(
            `cert issue --cn a --type client --key-type ${type} --out ${out}/${type} ` +
              `--ca ${out}/ca-cert.pem --ca-key ${out}/ca-key.pem`,
          );
          await openssl("pkey", "-check", "-noout", "-in", `${out}/${type}-key.pem`);
          const strict = ["-x509_strict", "-purpose", "sslclient", "-CAfile", `${out}/ca-cert.pem`];
          assert.match(await openssl("verify", ...strict, `${out}/${type}-cert.pem`), /: OK/);
        }
      }
    }),
);
