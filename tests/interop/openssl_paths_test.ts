/**
 * `openssl verify -crl_check_all` and `validatePath()` over the same chains and CRLs: what openssl refuses is
 * refused here, and what it accepts is accepted, but for the kinds that the profile refuses on purpose.
 *
 * @module
 */

import assert from "node:assert/strict";
import { encodePem } from "../../src/pki/pem.ts";
import { validatePath } from "../../src/pki/path/validate_path.ts";
import { CHAIN_KINDS, type ChainKind } from "../testkit/chain_faults.ts";
import {
  type Chain,
  CHAIN_AT,
  type ChainPlan,
  forgeChain,
  goodChain,
} from "../testkit/chain_plan.ts";
import { forgeKey, type ForgeKeyKind } from "../testkit/forge_certificate.ts";
import { needs } from "../testkit/needs.ts";
import { Random, runSeed } from "../testkit/random.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

const CHAINS = 256;
const PARALLEL = 4;
const KEYS_OF_A_KIND = 3;

/** Kinds that are refused here and not by openssl, with the reason. */
const STRICTER: Readonly<Record<string, string>> = {
  "weak key of leaf": "SP 800-131A Rev. 2 §3: RSA below 2048 bits protects nothing",
  "weak key of root": "the same of a CA's key",
  "SHA-1 under leaf": "SP 800-131A Rev. 2 §9: SHA-1 signs nothing",
  "SHA-1 under CRL": "the same of a CRL",
  "path of five certificates": "a team's chains have at most two CAs between root and leaf",
  "delta CRL alone": "RFC 5280 §5.2.4: it says nothing without the complete one that it builds on",
  "CA as leaf": "a CA certificate is for no role here, as in x509-limbo's webpki::ca-as-leaf",
};

interface Judged {
  readonly kind: ChainKind;
  readonly ours: string;
  readonly theirs: string;
}

const KINDS: readonly ForgeKeyKind[] = ["rsa-2048", "ec-p256", "ed25519"];

/** A chain of a kind; where SHA-1 matters, all keys are RSA, which alone may sign with it here. */
function planOf(kind: ChainKind, index: number, { random, keys }: Tools): ChainPlan {
  const least = kind.minBetween ?? 0;
  const between = kind.between ?? least + random.below(3 - least);
  const fit = kind.name.startsWith("SHA-1")
    ? keys.all.filter((key) => key.kind === "rsa-2048")
    : keys.all;
  const left = [...fit];
  const chosen = Array.from({ length: between + 3 }, () => {
    const key = random.of(left);
    left.splice(left.indexOf(key), 1);
    return key;
  });
  const [strangerKey = keys.weak, ...ofLinks] = chosen;
  const purpose = random.of(["server", "client"] as const);
  const good = goodChain(ofLinks, { purpose, firstSerial: 1_000 + 10 * index });
  const plan = kind.change(good, { random, strangerKey, weakKey: keys.weak });
  const names = ["chat.example", "192.0.2.7", "ops@chat.example"];
  return plan.name === good.name && plan.links.at(-1)?.names.length === names.length
    ? { ...plan, name: random.of(names) }
    : plan.links.at(-1)?.names.length === 1 && kind.isGood === true
    ? { ...plan, name: "a.chat.example" }
    : plan;
}

interface Tools {
  readonly random: Random;
  readonly keys: {
    readonly all: readonly ReturnType<typeof forgeKey>[];
    readonly weak: ReturnType<typeof forgeKey>;
  };
}

/** The code of our refusal, or "accepted". */
async function askOurs(chain: Chain, { purpose, name }: ChainPlan): Promise<string> {
  const result = await validatePath({
    leafDer: chain.leafDer,
    untrustedDer: chain.betweenDer,
    anchorsDer: [chain.rootDer],
    crlsDer: chain.crlsDer,
    ...{ at: CHAIN_AT, purpose, name, revocation: "required" },
  });
  return result.kind === "accepted" ? "accepted" : result.code;
}

/** The number of openssl's refusal, or "accepted". */
async function askOpenssl(chain: Chain, plan: ChainPlan, folder: string): Promise<string> {
  const write = async (name: string, label: string, ders: readonly Uint8Array[]) => {
    const path = `${folder}-${name}.pem`;
    await Deno.writeTextFile(path, ders.map((der) => encodePem(label, der)).join(""));
    return path;
  };
  const name = plan.name.includes("@")
    ? "-verify_email"
    : /^[0-9.]+$/.test(plan.name)
    ? "-verify_ip"
    : "-verify_hostname";
  const between = chain.betweenDer.length === 0
    ? []
    : ["-untrusted", await write("between", "CERTIFICATE", chain.betweenDer)];
  const crls = chain.crlsDer.length === 0
    ? []
    : ["-CRLfile", await write("crls", "X509 CRL", chain.crlsDer)];
  const args = [
    ...["verify", "-x509_strict", "-crl_check", "-crl_check_all", "-no-CApath", "-no-CAstore"],
    ...["-purpose", plan.purpose === "server" ? "sslserver" : "sslclient", name, plan.name],
    ...["-attime", String(CHAIN_AT.getTime() / 1000), ...between, ...crls],
    ...["-CAfile", await write("root", "CERTIFICATE", [chain.rootDer])],
    await write("leaf", "CERTIFICATE", [chain.leafDer]),
  ];
  const { stdout, stderr, success } = await new Deno.Command("openssl", { args }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (success) return "accepted";
  const error = /error (\d+) at/.exec(text)?.[1];
  assert.ok(error !== undefined, text); // it judged, rather than failing to run
  return `error ${error}`;
}

async function judgeAll(seed: number, folder: string): Promise<readonly Judged[]> {
  const all = KINDS.flatMap((kind) => Array.from({ length: KEYS_OF_A_KIND }, () => forgeKey(kind)));
  const keys = {
    all: [...all, ...Array.from({ length: 3 }, () => forgeKey("rsa-2048"))],
    weak: forgeKey("rsa-1024"),
  };
  const judged: Judged[] = [];
  let next = 0;
  const work = async () => {
    while (next < CHAINS) {
      const index = next++;
      const kind = CHAIN_KINDS[index % CHAIN_KINDS.length] as ChainKind;
      const plan = planOf(kind, index, { random: new Random(seed + index), keys });
      const chain = forgeChain(plan);
      const ours = await askOurs(chain, plan);
      judged.push({ kind, ours, theirs: await askOpenssl(chain, plan, `${folder}/${index}`) });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return judged;
}

function print(seed: number, judged: readonly Judged[]): void {
  const lines = CHAIN_KINDS.map(({ name }) => {
    const ofKind = judged.filter(({ kind }) => kind.name === name);
    const told = (answers: readonly string[]) => [...new Set(answers)].sort().join(", ");
    const ours = told(ofKind.map((one) => one.ours));
    return `  ${name}: ${ofKind.length}, here ${ours}; openssl ${
      told(ofKind.map((one) => one.theirs))
    }\n`;
  });
  const both = judged.filter(({ ours, theirs }) =>
    (ours === "accepted") === (theirs === "accepted")
  );
  const head =
    `openssl verify: ${judged.length} chains, seed ${seed}, ${both.length} with one verdict\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(head + lines.join("")));
}

needs(
  "openssl",
  "validatePath() and openssl verify -crl_check_all judge chains alike",
  () =>
    inTempFolder(async (folder) => {
      const seed = runSeed();
      const judged = await judgeAll(seed, folder);
      print(seed, judged);
      const told = ({ kind, ours, theirs }: Judged) =>
        `${kind.name}: here ${ours}, openssl ${theirs}`;
      const isOurs = ({ ours }: Judged) => ours === "accepted";
      const isTheirs = ({ theirs }: Judged) => theirs === "accepted";
      assert.deepEqual(judged.filter((one) => isOurs(one) && !isTheirs(one)).map(told), []);
      assert.deepEqual(
        judged.filter((one) => !isOurs(one) && isTheirs(one) && !(one.kind.name in STRICTER)).map(
          told,
        ),
        [],
      );
      assert.deepEqual(
        judged.filter((one) => isOurs(one) !== (one.kind.isGood ?? false)).map(told),
        [],
      );
      assert.ok(judged.length >= 200);
    }),
);
