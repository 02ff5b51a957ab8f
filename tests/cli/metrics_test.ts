import assert from "node:assert/strict";
import { ProgramFolder } from "../testkit/program.ts";

/** Reads OpenMetrics text, strictly enough for what is written here; gives the samples. */
function parseMetrics(text: string): ReadonlyMap<string, number> {
  assert.ok(text.endsWith("\n# EOF\n"), "the last line is # EOF");
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split("\n").slice(0, -2)) {
    const [, type = "", kind = ""] = /^# TYPE (\S+) (info|gauge|counter|histogram)$/.exec(line) ??
      [];
    if (type !== "") {
      assert.ok(!types.has(type), `${type} has one family`);
      types.set(type, kind);
      continue;
    }
    if (/^# (HELP \S+ .+|UNIT (\S+)_(seconds|bytes) \3)$/.test(line) || /^# UNIT/.test(line)) {
      continue;
    }
    const [, name = "", labels = "", value = ""] =
      /^([a-z_]+)(\{[a-z_]+="[^"\\]*"\})? (-?[\d.e+]+)$/.exec(line) ?? [];
    assert.ok(name !== "", `a sample: ${line}`);
    const family = [...types.keys()].find((one) => name.startsWith(one)) ?? "";
    if (types.get(family) === "counter") assert.equal(name, `${family}_total`);
    samples.set(`${name}${labels}`, Number(value));
  }
  return samples;
}

async function metricsOf(port: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.match(
    response.headers.get("content-type") ?? "",
    /^application\/openmetrics-text; version=1\.0\.0/,
  );
  return parseMetrics(await response.text());
}

Deno.test("serve --metrics counts statements, deliveries, refusals and times, and names nobody", async () => {
  await using folder = await ProgramFolder.ofTeam(["alice", "bob"]);
  const { server, address } = await folder.serve([
    ...["--protocol", "2", "--sign-in", "certificate", "--metrics", "127.0.0.1:0"],
  ]);
  const [, port = ""] = await server.until("stderr", /metrics at port (\d+)/);
  const as = (name: string) => [
    ...["--server", address, "--server-name", "chat.test"],
    ...["--cert", `certs/${name}-cert.pem`, "--key", `certs/${name}-key.pem`],
  ];
  const before = await metricsOf(port);
  assert.equal(before.get("securechat_statements_total"), 0);
  const send = await folder.run(["send", "main", ...as("alice")], { input: "one\ntwo\nthree\n" });
  assert.equal(send.status, 0, send.stderr);
  assert.equal((await folder.run(["send", "attic", "x", ...as("bob")])).status, 1);
  const after = await metricsOf(port);
  assert.equal(after.get("securechat_statements_total"), 3);
  assert.equal(after.get("securechat_connections_total"), 2);
  assert.equal(after.get('securechat_refusals_total{reason="ROOM"}'), 1);
  assert.equal(after.get("securechat_rooms"), 1);
  // the room's first line, alice's coming and going, and three words
  assert.equal(after.get("securechat_flush_seconds_count"), 6);
  assert.equal(after.get('securechat_flush_seconds_bucket{le="+Inf"}'), 6);
  assert.equal(after.get("securechat_deliveries_total"), 3);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  for (const secret of ["alice", "bob", "one", "127.0.0.1"]) {
    assert.ok(!text.includes(secret), secret);
  }
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404);
  server.kill("SIGTERM");
  assert.equal((await folder.finish(server)).status, 0);
});

Deno.test("serve --metrics refuses an address that others can reach", async () => {
  await using folder = await ProgramFolder.ofTeam([]);
  const { status, stderr } = await folder.run([
    "serve",
    "--port",
    "0",
    "--metrics",
    "0.0.0.0:9100",
  ]);
  assert.equal(status, 2);
  assert.match(stderr, /\[USAGE\] cannot tell metrics on 0\.0\.0\.0:9100: not a loopback address/);
});
