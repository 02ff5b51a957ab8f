import assert from "node:assert/strict";
import { parseCertificateDer } from "../../src/pki/certificate.ts";
import { issueLeaf } from "../../src/pki/issue.ts";
import { validatePath } from "../../src/pki/path/validate_path.ts";
import { parsePrivateKey } from "../../src/pki/private_key.ts";
import { CHAIN_AT, forgeChain, goodChain } from "../testkit/chain_plan.ts";
import { forgeKey } from "../testkit/forge_certificate.ts";

Deno.test("issueLeaf() repeats the key identifier of a CA that another program made", async () => {
  const [caForge, leafForge] = [forgeKey("ec-p256"), forgeKey("ec-p256")];
  const chain = forgeChain(
    goodChain([caForge, leafForge], { purpose: "server", firstSerial: 1 }),
  );
  const pem = String(caForge.privateKey.export({ type: "pkcs8", format: "pem" }));
  const leaf = await issueLeaf({
    ca: parseCertificateDer(chain.rootDer, "the CA"),
    caKey: parsePrivateKey(pem, "its key"),
    ...{ commonName: "chat.example", role: "server", names: [], days: 9, keyType: "ec-p256" },
    nowMs: CHAIN_AT.getTime(),
  });
  const request = {
    leafDer: leaf.certificate.der,
    anchorsDer: [chain.rootDer],
    at: CHAIN_AT,
    purpose: "server",
  } as const;
  assert.equal((await validatePath(request)).kind, "accepted");
});

Deno.test("validatePath() refuses a leaf that names another CA's key, number or issuer", async () => {
  const keys = [forgeKey("ec-p256"), forgeKey("ed25519")];
  const plan = goodChain(keys, { purpose: "server", firstSerial: 1 });
  const [root, leaf] = plan.links;
  assert.ok(root !== undefined && leaf !== undefined);
  const codeWith = async (change: Partial<typeof leaf>): Promise<string> => {
    const chain = forgeChain({ ...plan, links: [root, { ...leaf, ...change }] });
    const result = await validatePath({
      leafDer: chain.leafDer,
      anchorsDer: [chain.rootDer],
      ...{ at: CHAIN_AT, purpose: "server" },
    });
    return result.kind === "accepted" ? result.kind : result.code;
  };
  const { nameDer, serial } = root;
  assert.equal(await codeWith({}), "accepted");
  assert.equal(await codeWith({ authoritySerial: { issuerName: nameDer, serial } }), "accepted");
  for (
    const change of [
      { authorityKey: leaf.key },
      { authoritySerial: { issuerName: nameDer, serial: serial + 1 } },
      { authoritySerial: { issuerName: leaf.nameDer, serial } },
    ]
  ) assert.equal(await codeWith(change), "key-identifier");
});
